// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.trainer;

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
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.run.RunSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a config for training on one device. A recipe's factory lists {@link #options}, and its constructor has this
 * record as an argument for {@link AdapterTrainer}.
 *
 * @param model the model and its PEFT method, or its substitute when all weights are trained
 * @param checkpointer of the base
 * @param tokens the loss per token: cross-entropy
 * @param data training and validation samples
 * @param batching how samples form batches
 * @param updates optimizer, schedule and clipping
 * @param saving what is saved and when
 * @param logging what is logged
 * @param forecast of the memory
 * @param setup of the run
 * @param profiling options of the profiler, or null
 */
public record TrainerParts(
        AdaptedModel model,
        Checkpointer checkpointer,
        Loss tokens,
        DataSources data,
        BatchOptions batching,
        Updates updates,
        SaveOptions saving,
        LogOptions logging,
        Forecast forecast,
        RunSetup setup,
        @Nullable ProfilerOptions profiling) {

    /**
     * Readers of all keys of {@code lora_finetune_single_device} except {@code loss}.
     *
     * @param recipe the recipe's name
     * @param further readers of the recipe's own keys
     */
    public static List<RecipeOptions<?>> options(String recipe, List<RecipeOptions<?>> further) {
        return options(recipe, DataSources::read, BatchOptions::read, further);
    }

    /**
     * Readers of all keys of {@code lora_dpo_single_device} except {@code loss}. Samples 2n and 2n + 1 of a batch are the
     * preferred and the rejected answer of a pair.
     *
     * @param recipe the recipe's name
     * @param further readers of the recipe's own keys
     */
    public static List<RecipeOptions<?>> pairOptions(String recipe, List<RecipeOptions<?>> further) {
        return options(recipe, DataSources::readPairs, config -> BatchOptions.readPairs(config, true), further);
    }

    /** Readers for a recipe with its own readers of data or batches. */
    public static List<RecipeOptions<?>> options(
            String recipe,
            Function<ConfigValues, @Nullable DataSources> data,
            Function<ConfigValues, @Nullable BatchOptions> batching,
            List<RecipeOptions<?>> further) {
        List<RecipeOptions<?>> own = new ArrayList<>(List.of(
                new RecipeOptions<>(AdaptedModel.class, AdaptedModel::read),
                new RecipeOptions<>(Loss.class, config -> CrossEntropyFactory.standard()),
                new RecipeOptions<>(Updates.class, Updates::read),
                new RecipeOptions<>(DataSources.class, data),
                new RecipeOptions<>(BatchOptions.class, batching),
                new RecipeOptions<>(SaveOptions.class, SaveOptions::read)));
        own.addAll(further);
        return ofParts(recipe, own);
    }

    /**
     * Readers of all keys of {@code lora_finetune_single_device}, for a recipe with a loss per token.
     *
     * @param recipe the recipe's name
     * @param own readers of the recipe's model, updates, results, and of the keys that only this recipe has
     */
    public static List<RecipeOptions<?>> tokenOptions(String recipe, List<RecipeOptions<?>> own) {
        List<RecipeOptions<?>> options = new ArrayList<>(own);
        options.addAll(List.of(
                new RecipeOptions<>(Loss.class, CrossEntropyFactory::read),
                new RecipeOptions<>(DataSources.class, DataSources::read),
                new RecipeOptions<>(BatchOptions.class, BatchOptions::read)));
        return ofParts(recipe, options);
    }

    private static List<RecipeOptions<?>> ofParts(String recipe, List<RecipeOptions<?>> own) {
        List<RecipeOptions<?>> options = new ArrayList<>(own);
        options.add(new RecipeOptions<>(AcceptedKeys.class, AcceptedKeys::read));
        options.add(new RecipeOptions<>(TrainerParts.class, TrainerParts::read));
        return RunSetup.options(recipe, options);
    }

    private static @Nullable TrainerParts read(ConfigValues config) {
        AdaptedModel model = config.require(AdaptedModel.class);
        Checkpointer checkpointer = config.require(Checkpointer.class);
        Loss tokens = config.require(Loss.class);
        DataSources data = config.require(DataSources.class);
        BatchOptions batching = config.require(BatchOptions.class);
        Updates updates = config.require(Updates.class);
        SaveOptions saving = config.require(SaveOptions.class);
        LogOptions logging = config.require(LogOptions.class);
        Forecast forecast = config.require(Forecast.class);
        RunSetup setup = config.require(RunSetup.class);
        if (model == null
                || checkpointer == null
                || tokens == null
                || data == null
                || batching == null
                || updates == null
                || saving == null
                || logging == null
                || forecast == null
                || setup == null) {
            return null;
        }
        ProfilerOptions profiling = config.require(ProfilerOptions.class);
        return new TrainerParts(
                model, checkpointer, tokens, data, batching, updates, saving, logging, forecast, setup, profiling);
    }
}
