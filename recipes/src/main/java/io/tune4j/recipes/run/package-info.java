/**
 * The parts around the loop of a fine-tuning run. {@link io.tune4j.recipes.run.RunFolder} has the output directory to itself, {@link
 * io.tune4j.recipes.run.ResumePoint} says where the run begins, {@link io.tune4j.recipes.run.StepPipeline} brings batches early and
 * reads results late, {@link io.tune4j.recipes.run.Evaluation} measures the model, {@link io.tune4j.recipes.run.StateSaver} and {@link
 * io.tune4j.recipes.run.RunOutputs} write, {@link io.tune4j.recipes.run.RunMemory} watches memory.
 */
@NullMarked
package io.tune4j.recipes.run;

import org.jspecify.annotations.NullMarked;
