// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.trainer.TrainerParts;
import java.util.List;

/** Names {@link FullFinetuneSingleDevice} and the options that it asks for. */
public final class FullFinetuneFactory implements RecipeFactory {
    private static final String NAME = "full_finetune_single_device";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "trains all weights on one device";
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return FullFinetuneSingleDevice.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return TrainerParts.tokenOptions(
                NAME,
                List.of(
                        new RecipeOptions<>(AdaptedModel.class, FullModel::read),
                        new RecipeOptions<>(Updates.class, Updates::readForWeights),
                        new RecipeOptions<>(SaveOptions.class, SaveOptions::readForWeights)));
    }
}
