/** A recipe that trains nothing: the perplexity of a model and its adapter on a data set. */
package com.example.tune4j.evaluate;
