/**
 * The pieces a training loop is made of: data in order ({@link io.tune4j.recipes.training.TrainingData}, {@link
 * io.tune4j.recipes.training.BatchOrder}), a loss with its gradients ({@link io.tune4j.recipes.training.LossStep}), the
 * figures of a step ({@link io.tune4j.recipes.training.StepMeter}), and sample answers.
 */
@NullMarked
package io.tune4j.recipes.training;

import org.jspecify.annotations.NullMarked;
