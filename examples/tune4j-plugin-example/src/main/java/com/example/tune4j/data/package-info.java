/** A data set, questions and answers in two columns of a text file, and a prompt template. */
package com.example.tune4j.data;
