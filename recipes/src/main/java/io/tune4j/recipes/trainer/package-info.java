/**
 * Training for an objective that a recipe defines. A recipe, also one of a plugin, passes an {@link
 * io.tune4j.recipes.training.Objective} to {@link io.tune4j.recipes.trainer.AdapterTrainer}; data, order, steps, validation,
 * resuming and results are those of the bundled recipes. A plugin's named module declares {@code requires io.tune4j.recipes}.
 */
@NullMarked
package io.tune4j.recipes.trainer;

import org.jspecify.annotations.NullMarked;
