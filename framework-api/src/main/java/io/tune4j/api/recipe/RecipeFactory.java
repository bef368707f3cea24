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

    /** The class to construct; its module opens or exports the package to everyone. */
    Class<? extends Recipe> recipeClass();
}
