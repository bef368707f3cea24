/** The recipe {@code eleuther_eval}, its keys and its table. */
@NullMarked
package io.tune4j.evaluation.recipe;

import org.jspecify.annotations.NullMarked;
