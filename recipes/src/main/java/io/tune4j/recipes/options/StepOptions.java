// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import org.jspecify.annotations.Nullable;

/**
 * How long a run is.
 *
 * @param epochs {@code epochs}, 1 by default
 * @param maxStepsPerEpoch {@code max_steps_per_epoch}, or null for as many as the data fill
 * @param maxSteps {@code max_steps} of the run, or null
 */
public record StepOptions(
        int epochs,
        @Nullable Integer maxStepsPerEpoch,
        @Nullable Integer maxSteps) {
    public static StepOptions read(ConfigValues config) {
        return new StepOptions(
                config.root().integer("epochs", 1, 1, Numbers.ANY),
                Numbers.limit(config.root(), "max_steps_per_epoch"),
                Numbers.limit(config.root(), "max_steps"));
    }
}
