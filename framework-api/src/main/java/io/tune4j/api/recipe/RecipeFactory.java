// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.util.List;
import org.apiguardian.api.API;

/** Names a recipe for {@code tune run}. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface RecipeFactory {
    /** E.g. {@code lora_finetune_single_device}. */
    String name();

    /** One line for {@code tune ls}. */
    String summary();

    /** Which one a config is for that does not say: the highest. The bundled recipes use 0 to 100. */
    default int preference() {
        return 0;
    }

    default List<String> aliases() {
        return List.of();
    }

    /**
     * Readers of the recipe's own keys, for what its constructor asks for beside the config's sections. A recipe that lists some has
     * named all of its keys: any other is then a mistake, and all mistakes are reported together, before the recipe is constructed.
     * Files that are not there yet keep it from being constructed only where its constructor asks for what they make.
     */
    default List<RecipeOptions<?>> options() {
        return List.of();
    }

    /** The class to construct; its module opens or exports the package to everyone. */
    Class<? extends Recipe> recipeClass();
}
