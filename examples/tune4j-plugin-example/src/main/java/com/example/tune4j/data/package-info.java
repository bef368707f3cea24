/** A data set: questions and answers in two columns of a text file. */
package com.example.tune4j.data;
