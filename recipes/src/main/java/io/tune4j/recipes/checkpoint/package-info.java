/**
 * Base models in, training states and results out. {@link io.tune4j.recipes.checkpoint.TrainingStates} saves and finds
 * what a run resumes from; {@link io.tune4j.recipes.checkpoint.MergedCheckpoint} writes base and adapter as one model.
 */
@NullMarked
package io.tune4j.recipes.checkpoint;

import org.jspecify.annotations.NullMarked;
