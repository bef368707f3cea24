// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Loss;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.options.AcceptedKeys;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.GradientSums;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.run.RunSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parts that a recipe for several workers makes of its config.
 *
 * @param workers this process's place among them
 */
public record DistributedParts(
        Workers workers,
        BackendOptions computing,
        AdaptedModel model,
        Checkpointer checkpointer,
        DataSources data,
        BatchOptions batching,
        Loss loss,
        Updates updates,
        SaveOptions saving,
        LogOptions logging,
        Forecast forecast,
        RunSetup setup) {
    /**
     * The options of such a recipe.
     *
     * @param own how the recipe reads its model, its updates and what it saves
     */
    public static List<RecipeOptions<?>> options(String recipe, List<RecipeOptions<?>> own) {
        List<RecipeOptions<?>> options = new ArrayList<>(own);
        options.addAll(List.of(
                new RecipeOptions<>(Workers.class, Workers::read),
                new RecipeOptions<>(Loss.class, CrossEntropyFactory::read),
                new RecipeOptions<>(DataSources.class, DataSources::read),
                new RecipeOptions<>(BatchOptions.class, Workers::batching),
                new RecipeOptions<>(GradientSums.class, Workers::sums),
                new RecipeOptions<>(AcceptedKeys.class, AcceptedKeys::readForWorkers),
                new RecipeOptions<>(DistributedParts.class, DistributedParts::read)));
        return RunSetup.options(recipe, options);
    }

    /** Null if one of them is wrong. */
    private static @Nullable DistributedParts read(ConfigValues config) {
        Checkpointer checkpointer = config.require(Checkpointer.class);
        Workers workers = config.require(Workers.class);
        BackendOptions computing = config.require(BackendOptions.class);
        AdaptedModel model = config.require(AdaptedModel.class);
        DataSources data = config.require(DataSources.class);
        BatchOptions batching = config.require(BatchOptions.class);
        Loss loss = config.require(Loss.class);
        Updates updates = config.require(Updates.class);
        SaveOptions saving = config.require(SaveOptions.class);
        LogOptions logging = config.require(LogOptions.class);
        Forecast forecast = config.require(Forecast.class);
        RunSetup setup = config.require(RunSetup.class);
        if (workers == null
                || model == null
                || checkpointer == null
                || loss == null
                || updates == null
                || forecast == null
                || setup == null) {
            return null;
        }
        return new DistributedParts(
                workers,
                Objects.requireNonNull(computing),
                model,
                checkpointer,
                Objects.requireNonNull(data),
                Objects.requireNonNull(batching),
                loss,
                updates,
                Objects.requireNonNull(saving),
                Objects.requireNonNull(logging),
                forecast,
                setup);
    }
}
