/** Losses over the labelled rows' hidden states. */
@NullMarked
package io.tune4j.recipes.loss;

import org.jspecify.annotations.NullMarked;
