/**
 * The parts around the loop of a fine-tuning run. {@link io.tune4j.recipes.run.RunFolder} locks the output directory, {@link
 * io.tune4j.recipes.run.ResumePoint} is where the run begins, {@link io.tune4j.recipes.run.StepPipeline} assembles batches early
 * and reads results late, {@link io.tune4j.recipes.run.Evaluation} validates the model, {@link io.tune4j.recipes.run.StateSaver}
 * and {@link io.tune4j.recipes.run.RunOutputs} write results, {@link io.tune4j.recipes.run.RunMemory} limits memory.
 */
@NullMarked
package io.tune4j.recipes.run;

import org.jspecify.annotations.NullMarked;
