package io.tune4j.api.recipe;

import java.util.List;

/** Names a recipe for {@code tune run}. */
public interface RecipeFactory {
    /** E.g. {@code lora_finetune_single_device}. */
    String name();

    /** One line for {@code tune ls}. */
    String summary();

    default List<String> aliases() {
        return List.of();
    }

    /** The class to construct; its module opens or exports the package to everyone. */
    Class<? extends Recipe> recipeClass();
}
