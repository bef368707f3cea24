// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.lora;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.recipes.distributed.DistributedParts;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import java.util.List;

/** Names {@link LoraFinetuneDistributed} and the options that it asks for. */
public final class LoraDistributedFactory implements RecipeFactory {
    private static final String NAME = "lora_finetune_distributed";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "trains an adapter with several workers";
    }

    @Override
    public boolean hasWorkers() {
        return true;
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return LoraFinetuneDistributed.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return DistributedParts.options(
                NAME,
                List.of(
                        new RecipeOptions<>(AdaptedModel.class, AdaptedModel::read),
                        new RecipeOptions<>(Updates.class, Updates::read),
                        new RecipeOptions<>(SaveOptions.class, SaveOptions::read)));
    }
}
