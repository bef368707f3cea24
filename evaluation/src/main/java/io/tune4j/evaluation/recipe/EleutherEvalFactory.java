// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import java.util.List;

/** Names {@link EleutherEval} and the options that it asks for. */
public final class EleutherEvalFactory implements RecipeFactory {
    @Override
    public String name() {
        return "eleuther_eval";
    }

    @Override
    public String summary() {
        return "evaluates base, adapter and merged model on tasks";
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return EleutherEval.class;
    }

    @Override
    public List<RecipeOptions<?>> options() {
        return List.of(
                new RecipeOptions<>(EvalOptions.class, EvalOptions::read),
                new RecipeOptions<>(Candidates.class, Candidates::read));
    }
}
