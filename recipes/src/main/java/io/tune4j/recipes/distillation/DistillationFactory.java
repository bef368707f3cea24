// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeOptions;
import io.tune4j.api.train.Loss;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.memory.MemoryOptions;
import io.tune4j.recipes.options.AcceptedKeys;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SampleOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.StepOptions;
import io.tune4j.recipes.options.Teacher;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.run.RunSetup;
import java.util.List;

/** Names {@link KnowledgeDistillationSingleDevice} and the options that it asks for. */
public final class DistillationFactory implements RecipeFactory {
    private static final String NAME = "knowledge_distillation_single_device";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "trains an adapter with a larger model as teacher on one device";
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return KnowledgeDistillationSingleDevice.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return List.of(
                new RecipeOptions<>(AdaptedModel.class, AdaptedModel::read),
                new RecipeOptions<>(Teacher.class, Teacher::read),
                new RecipeOptions<>(
                        Loss.class,
                        config -> config.root().has("loss")
                                ? config.find(Loss.class, "loss")
                                : CrossEntropyFactory.standard()),
                new RecipeOptions<>(Updates.class, Updates::read),
                new RecipeOptions<>(DataSources.class, DataSources::read),
                new RecipeOptions<>(BatchOptions.class, BatchOptions::read),
                new RecipeOptions<>(StepOptions.class, StepOptions::read),
                new RecipeOptions<>(SaveOptions.class, SaveOptions::read),
                new RecipeOptions<>(ValidationOptions.class, ValidationOptions::read),
                new RecipeOptions<>(SampleOptions.class, SampleOptions::read),
                new RecipeOptions<>(MemoryOptions.class, MemoryOptions::read),
                new RecipeOptions<>(LogOptions.class, LogOptions::read),
                new RecipeOptions<>(
                        ProfilerOptions.class, config -> ProfilerOptions.read(config.root(), config.outputDirectory())),
                new RecipeOptions<>(AcceptedKeys.class, AcceptedKeys::read),
                new RecipeOptions<>(Forecast.class, Forecast::read),
                new RecipeOptions<>(RunSetup.class, config -> RunSetup.read(NAME, config)));
    }
}
