// SPDX-License-Identifier: Apache-2.0
/**
 * Full fine-tuning: {@link io.tune4j.recipes.full.FullFinetuneSingleDevice} is read from top to bottom, and {@link
 * io.tune4j.recipes.full.FullFinetuneFactory} lists the options that it asks for. {@link io.tune4j.recipes.full.FullPlan} makes all
 * weights of a model its trained part, so that a run's other parts treat them as an adapter.
 */
@NullMarked
package io.tune4j.recipes.full;

import org.jspecify.annotations.NullMarked;
