// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Teacher;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.trainer.TrainerParts;
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
        return TrainerParts.tokenOptions(
                NAME,
                List.of(
                        new RecipeOptions<>(AdaptedModel.class, AdaptedModel::read),
                        new RecipeOptions<>(Updates.class, Updates::read),
                        new RecipeOptions<>(SaveOptions.class, SaveOptions::read),
                        new RecipeOptions<>(Teacher.class, Teacher::read)));
    }
}
