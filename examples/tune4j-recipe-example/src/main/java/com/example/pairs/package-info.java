/** {@link com.example.pairs.PairRecipe} is all of it. */
package com.example.pairs;
