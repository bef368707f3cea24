package io.tune4j.api.recipe;

/**
 * A training or evaluation job. Its constructor is annotated {@code @jakarta.inject.Inject} and may ask for
 * {@link RunConfig}, {@link io.tune4j.api.plugin.Components}, {@link Console} and {@link Cancellation}.
 */
@FunctionalInterface
public interface Recipe {
    /** How a run ended. */
    enum Outcome {
        COMPLETED,
        /** Stopped on request, with everything saved. */
        CANCELLED
    }

    /** Checks the config, then does the job. */
    Outcome run();
}
