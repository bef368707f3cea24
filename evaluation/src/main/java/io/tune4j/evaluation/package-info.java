/**
 * The plugin of the recipe {@code eleuther_eval}. {@link io.tune4j.evaluation.task} reads task files and turns records into questions,
 * {@link io.tune4j.evaluation.score} asks the model, {@link io.tune4j.evaluation.metric} counts, and {@link
 * io.tune4j.evaluation.recipe} does this for the base model, the adapter and the merged model.
 */
@NullMarked
package io.tune4j.evaluation;

import org.jspecify.annotations.NullMarked;
