// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.recipes.training.ValidationWatch.EarlyStopping;
import org.jspecify.annotations.Nullable;

/**
 * How the model is validated, where the config has a {@code dataset_val}.
 *
 * @param everySteps {@code run_val_every_n_steps}: optimizer steps between validations; 0 for before and after training alone
 * @param batchSize {@code batch_size_val}: samples of a micro-batch
 * @param maxBatches {@code max_validation_batches}: the most micro-batches to look at
 * @param stopping {@code early_stopping}, with {@code patience} and {@code min_delta}: training ends when so many validations have not
 *     lowered the loss by more than that; null for never
 * @param savesBest {@code save_best}: the adapter with the lowest loss is kept in {@code best/}
 */
public record ValidationOptions(
        int everySteps,
        int batchSize,
        int maxBatches,
        @Nullable EarlyStopping stopping,
        boolean savesBest) {
    private static final String EVERY = "run_val_every_n_steps";
    private static final String STOPPING = "early_stopping";
    private static final String BEST = "save_best";

    public static ValidationOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        BatchOptions batching = config.require(BatchOptions.class);
        Integer every = root.integerOrNull(EVERY);
        if (every != null && every < 1) {
            root.problem(EVERY, "expected at least 1, or null for before and after training alone, found " + every);
        }
        ConfigReader section = root.sectionOrNull(STOPPING);
        EarlyStopping stopping = section == null
                ? null
                : new EarlyStopping(
                        section.integer("patience", 3, 1, Integer.MAX_VALUE),
                        section.number("min_delta", 0, 0, Double.POSITIVE_INFINITY));
        boolean best = root.bool(BEST, false);
        Integer most = root.integerOrNull("max_validation_batches");
        if (most != null && most < 1) {
            root.problem("max_validation_batches", "expected at least 1, or null for all, found " + most);
        }
        String wanting = stopping != null ? STOPPING : best ? BEST : null;
        if (wanting != null && !root.has("dataset_val")) {
            root.problem(wanting, "goes by the validation loss; add a section dataset_val");
        } else if (wanting != null && every == null) {
            root.problem(wanting, "goes by the validation loss; set " + EVERY + " to say when it is measured");
        }
        return new ValidationOptions(
                every == null ? 0 : every,
                root.integer("batch_size_val", batching == null ? 1 : batching.size(), 1, Integer.MAX_VALUE),
                most == null ? Integer.MAX_VALUE : most,
                stopping,
                best);
    }

    /** Whether the model is validated when so many steps are done. */
    public boolean isDue(long done) {
        return everySteps > 0 && done % everySteps == 0;
    }
}
