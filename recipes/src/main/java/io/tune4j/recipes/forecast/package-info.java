/**
 * Foresees a run: {@link io.tune4j.recipes.forecast.ShapeRun} takes steps with arrays that have no elements, {@link
 * io.tune4j.recipes.forecast.ActivationPlan} decides which layers are computed again, {@link
 * io.tune4j.recipes.forecast.MemoryForecast} adds everything up, and {@link io.tune4j.recipes.forecast.MemoryShortage} says what would
 * save most. Recipes ask for a {@link io.tune4j.recipes.forecast.Forecast}.
 */
@NullMarked
package io.tune4j.recipes.forecast;

import org.jspecify.annotations.NullMarked;
