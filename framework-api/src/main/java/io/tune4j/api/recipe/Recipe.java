// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A training or evaluation job. Its constructor is annotated {@code @jakarta.inject.Inject} and may ask for
 *
 * <ul>
 *   <li>{@link RunConfig}, {@link io.tune4j.api.plugin.Components}, {@link Console} and {@link Cancellation};
 *   <li>what the config chooses: {@link io.tune4j.api.backend.Backend} (closed after the run), {@link
 *       io.tune4j.api.backend.BackendFactory}, {@link io.tune4j.api.backend.BackendFactory.BackendOptions}, {@link
 *       io.tune4j.api.tensor.Device}, {@link io.tune4j.api.tensor.DType}, {@code @Named("seed") long}, which is drawn where the
 *       config names none ({@code Optional<Long>} is not), {@code @Named("output_dir") Path};
 *   <li>what a section of the config makes: {@link io.tune4j.api.peft.ModelPlan} and every type with {@link
 *       io.tune4j.api.config.ConfigSection}, also under another key with {@link io.tune4j.api.config.ConfigKey};
 *       {@code Optional} of them where the section may be missing;
 *   <li>what its own keys make: the types of {@link RecipeFactory#options}.
 * </ul>
 *
 * All of these are read, and all mistakes reported together, before the recipe is constructed; the backend is opened last. A
 * recipe with {@link RecipeFactory#options} asks for {@code Provider<Backend>}, and its {@link #check} and {@link #run} begin with
 * {@link io.tune4j.api.config.Problems#throwIfAny}, which then tells of missing files alone. A recipe that reads keys in {@link
 * #run} instead asks for {@code Provider<Backend>} too, calls {@link io.tune4j.api.config.ConfigReader#finish} and {@code
 * throwIfAny}, and only then gets the backend.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface Recipe {
    /**
     * Checks the config as {@link #run} does before it touches weights or a backend: for {@code tune validate}. By itself a
     * recipe is content with what its constructor asks for.
     *
     * @throws io.tune4j.api.config.Problems.ConfigException with all that is wrong
     */
    default void check() {
        // The constructor's arguments were checked before it was called.
    }

    /** The ways in which a run can end. */
    enum Outcome {
        /** All was done. */
        COMPLETED,
        /** Stopped on request, with everything saved. */
        CANCELLED
    }

    /**
     * Foresees what {@link #run} will take, without weights and without a backend: for {@code tune estimate}.
     *
     * @param tokensPerSample how long samples are; 0 for as long as the config lets them be
     * @return null if the recipe cannot tell
     * @throws io.tune4j.api.config.Problems.ConfigException with all that is wrong
     */
    default @Nullable RunEstimate estimate(int tokensPerSample) {
        return null;
    }

    /**
     * Reads the data as {@link #run} does, without weights and without a backend: for {@code tune data}.
     *
     * @param samples how many of each set to show
     * @return null if the recipe has no data
     * @throws io.tune4j.api.config.Problems.ConfigException with all that is wrong
     */
    default @Nullable DataReport data(int samples) {
        return null;
    }

    /** Checks the config, then does the job. */
    Outcome run();

    /**
     * The data as a model will read them, for {@code tune data}.
     *
     * @param sets the training data, and the validation data if there are any
     */
    record DataReport(List<Set> sets) {
        public DataReport {
            sets = List.copyOf(sets);
        }

        /**
         * One data set.
         *
         * @param key its config key, e.g. {@code dataset}
         * @param description e.g. {@code 440 records of train.json}
         * @param lengths of the samples
         * @param tokens of all samples
         * @param trainedTokens of them, how many carry loss
         * @param cut samples that are as long as they may be, and so probably lost their end
         * @param untrained samples without a token to learn
         * @param unusable records that do not fit, each with the reason
         * @param changes what of records is not in the samples as it was, in words, each with the number of its samples
         * @param warnings what breaks runs though it looks right
         * @param samples the first ones
         */
        public record Set(
                String key,
                String description,
                Lengths lengths,
                long tokens,
                long trainedTokens,
                int cut,
                long untrained,
                List<String> unusable,
                Map<String, Long> changes,
                List<String> warnings,
                List<Sample> samples) {
            public Set {
                unusable = List.copyOf(unusable);
                changes = Collections.unmodifiableMap(new LinkedHashMap<>(changes));
                warnings = List.copyOf(warnings);
                samples = List.copyOf(samples);
            }
        }

        /** Tokens of the shortest sample, of those that so many percent of the samples do not exceed, and of the longest. */
        public record Lengths(int count, int shortest, int half, int ninety, int ninetyNine, int longest) {}

        /**
         * A sample as the model sees it.
         *
         * @param id where it came from
         */
        public record Sample(String id, List<Token> tokens) {
            public Sample {
                tokens = List.copyOf(tokens);
            }
        }

        /**
         * A token.
         *
         * @param text what it says; of a special token, its spelling
         * @param weight how much the model's learning to produce it counts, 0 for not at all
         */
        public record Token(int id, String text, float weight) {}
    }

    /**
     * The forecast of a run's needs, made from its config alone.
     *
     * @param basis what it was computed for, e.g. {@code 2 x 512 tokens, bf16}
     * @param memory the parts of the peak; they sum up to it
     * @param checkpointBytes the base model's files
     * @param outputBytes what the run writes
     * @param operationsPerStep floating-point operations of an optimizer step
     * @param levers what would lower the peak
     * @param lastResort what to try where no lever helps, e.g. {@code take a smaller model}
     * @param activations what becomes of activations; null if that is not known
     */
    record RunEstimate(
            String basis,
            List<Part> memory,
            long checkpointBytes,
            long outputBytes,
            double operationsPerStep,
            List<Lever> levers,
            String lastResort,
            @Nullable Activations activations) {
        /**
         * The activations of a layer.
         *
         * @param choice one line: how many layers are computed again, and what all activations take
         * @param keptPerToken bytes of each token that a layer in the middle keeps
         * @param recomputedPerToken that it keeps if it is computed again: its input, and results that cost much to compute
         * @param offloaded whether that waits outside of the device's memory
         * @param eagerPerToken that eager PyTorch keeps of such a layer, if known
         */
        public record Activations(
                String choice,
                double keptPerToken,
                double recomputedPerToken,
                boolean offloaded,
                OptionalLong eagerPerToken) {}

        /**
         * A part of the memory.
         *
         * @param name e.g. {@code optimizer state}
         * @param note where it comes from; may be empty
         */
        public record Part(String name, long bytes, String note) {}

        /**
         * A change to the config that saves memory.
         *
         * @param overrides as on the command line
         * @param cost what it costs, e.g. {@code a third slower}
         */
        public record Lever(List<String> overrides, String cost) {
            public Lever {
                overrides = List.copyOf(overrides);
            }
        }

        public RunEstimate {
            memory = List.copyOf(memory);
            levers = List.copyOf(levers);
        }

        /** The peak in bytes. */
        public long peakBytes() {
            return memory.stream().mapToLong(Part::bytes).sum();
        }
    }
}
