// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Foresees the memory, disk and work of a config's run.
 *
 * @param parts of the run
 * @param with the parts that it would have with overrides; throws {@link io.tune4j.api.config.Problems.ConfigException} if they do not go together
 */
public record Forecast(RunParts parts, Function<List<String>, RunParts> with) {
    /** Tokens of a sample where the config does not limit them. */
    private static final int USUAL_TOKENS = 512;

    /** Null if one of the parts is wrong. */
    public static @Nullable Forecast read(ConfigValues config) {
        RunParts parts = RunParts.read(config);
        return parts == null
                ? null
                : new Forecast(parts, overrides -> Objects.requireNonNull(
                                config.with(overrides).require(Forecast.class))
                        .parts());
    }

    /**
     * What is decided about a run's memory before it begins.
     *
     * @param activations which layers are computed again
     * @param estimate of what the run takes with them
     * @param shortage what to say if that is too much
     */
    public record Plan(ActivationPlan activations, RunEstimate estimate, MemoryShortage shortage) {}

    /**
     * Decides for data that are there.
     *
     * @throws io.tune4j.api.error.UserException if a budget is smaller than the least that is possible
     */
    public Plan plan(LargestBatch largest) {
        try (ShapeRun shapes = new ShapeRun(parts)) {
            ActivationPlan activations = ActivationPlan.of(parts, shapes, largest);
            RunEstimate estimate = MemoryForecast.of(parts, shapes, largest, activations);
            return new Plan(activations, estimate, new MemoryShortage(this, largest, estimate));
        }
    }

    /**
     * Foresees the run without its files.
     *
     * @param tokensPerSample how long samples are; 0 for as long as the config lets them be
     */
    public RunEstimate estimate(int tokensPerSample) {
        int longest = parts.model().definition().maxSequenceLength();
        Integer limit = parts.maxTokens();
        int wanted = tokensPerSample > 0 ? tokensPerSample : limit == null ? USUAL_TOKENS : limit;
        int kept = limit == null ? wanted : Math.min(wanted, limit);
        return MemoryForecast.of(parts, Math.min(longest, kept));
    }
}
