// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A training or evaluation job. Its constructor is annotated {@code @jakarta.inject.Inject} and may ask for
 *
 * <ul>
 *   <li>{@link RunConfig}, {@link io.tune4j.api.plugin.Components}, {@link Console} and {@link Cancellation};
 *   <li>what the config chooses: {@link io.tune4j.api.backend.Backend} (closed after the run), {@link
 *       io.tune4j.api.backend.BackendFactory}, {@link io.tune4j.api.backend.BackendOptions}, {@link
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
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     */
    default void check() {
        // The constructor's arguments were checked before it was called.
    }

    /** The ways in which a run can end. */
    enum Outcome {
        COMPLETED,
        /** Stopped on request, with everything saved. */
        CANCELLED
    }

    /**
     * Foresees what {@link #run} will take, without weights and without a backend: for {@code tune estimate}.
     *
     * @param tokensPerSample how long samples are; 0 for as long as the config lets them be
     * @return null if the recipe cannot tell
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     */
    default @Nullable RunEstimate estimate(int tokensPerSample) {
        return null;
    }

    /**
     * Reads the data as {@link #run} does, without weights and without a backend: for {@code tune data}.
     *
     * @param samples how many of each set to show
     * @return null if the recipe has no data
     * @throws io.tune4j.api.config.ConfigException with all that is wrong
     */
    default @Nullable DataReport data(int samples) {
        return null;
    }

    /** Checks the config, then does the job. */
    Outcome run();
}
