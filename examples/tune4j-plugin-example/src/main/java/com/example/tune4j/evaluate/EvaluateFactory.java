package com.example.tune4j.evaluate;

import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;

/** {@code tune run lora_evaluate_single_device}. */
public final class EvaluateFactory implements RecipeFactory {
    @Override
    public String name() {
        return "lora_evaluate_single_device";
    }

    @Override
    public String summary() {
        return "perplexity of a model with an adapter on a data set";
    }

    @Override
    public Class<? extends Recipe> recipeClass() {
        return LoraEvaluateSingleDevice.class;
    }
}
