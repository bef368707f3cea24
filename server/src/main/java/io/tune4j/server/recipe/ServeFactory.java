// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.recipe;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import java.util.List;

/** Contributes {@link Serve} and its options. */
public final class ServeFactory implements RecipeFactory {
    @Override
    public String name() {
        return "serve";
    }

    @Override
    public String summary() {
        return "serves a model and its adapters by OpenAI's protocol";
    }

    @Override
    public int preference() {
        return -1;
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return Serve.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return List.of(new RecipeOptions<>(ServeOptions.class, ServeOptions::read));
    }
}
