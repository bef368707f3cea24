// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.generate;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import java.util.List;

/** Names {@link Generate} and the options that it asks for. */
public final class GenerateFactory implements RecipeFactory {
    @Override
    public String name() {
        return "generate";
    }

    @Override
    public String summary() {
        return "continues a prompt with a model and, if it is given one, its adapter";
    }

    /** A config that names no recipe is for training. */
    @Override
    public int preference() {
        return -10;
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return Generate.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return List.of(
                new RecipeOptions<>(GeneratedModel.class, GeneratedModel::read),
                new RecipeOptions<>(GenerateOptions.class, GenerateOptions::read));
    }
}
