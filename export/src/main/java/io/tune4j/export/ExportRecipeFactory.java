// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import java.util.List;

/** Names {@link ExportRecipe}: {@code quantize} as torchtune calls it, and {@code export}. */
public final class ExportRecipeFactory implements RecipeFactory {
    @Override
    public String name() {
        return "quantize";
    }

    @Override
    public List<String> aliases() {
        return List.of("export");
    }

    @Override
    public String summary() {
        return "writes a model or an adapter as GGUF, or in another form that programs read";
    }

    /** Never the recipe of a config that does not say which it is for. */
    @Override
    public int preference() {
        return -1;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return List.of(
                new RecipeOptions<>(ExportOptions.class, ExportOptions::read),
                new RecipeOptions<>(ProofOptions.class, ProofOptions::read));
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return ExportRecipe.class;
    }
}
