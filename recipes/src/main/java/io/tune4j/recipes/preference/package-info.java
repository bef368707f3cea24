/**
 * Learning from preferences: {@link io.tune4j.recipes.preference.LoraDpoSingleDevice} is read from top to bottom. {@link
 * io.tune4j.recipes.preference.PreferenceObjective} makes log-probabilities of answers from a micro-batch, and a {@link
 * io.tune4j.api.train.PreferenceLoss}, one file each, makes a number of them.
 */
@NullMarked
package io.tune4j.recipes.preference;

import org.jspecify.annotations.NullMarked;
