// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

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

    /** Other names of the recipe. */
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

    /** Whether several processes run the recipe together, as {@code tune run --nproc_per_node} starts them. */
    default boolean hasWorkers() {
        return false;
    }

    /** The class to construct; its module opens or exports the package to everyone. */
    Class<? extends Recipe> recipeClass();

    /**
     * Reads keys of a recipe's own into a value, such as a record, that its constructor asks for.
     *
     * @param type what the constructor asks for
     * @param read makes the value; what is wrong becomes a problem of {@link ConfigValues#root}, and null or a harmless value is returned
     */
    record RecipeOptions<T>(Class<T> type, Function<ConfigValues, @Nullable T> read) {}

    /** A run's config while a recipe's own options are read: its top level, and what its sections make. */
    interface ConfigValues {
        /** The top level. A key that is read here counts as known, and a mistake in it becomes one of its problems. */
        ConfigReader root();

        /**
         * Returns what the config makes for a type, as for a parameter of the recipe's constructor; other {@link RecipeOptions} too.
         *
         * @return null where the config is wrong, or where a file that it names is not there yet
         */
        <T> @Nullable T require(Class<T> type);

        /**
         * Returns what a section makes, which may be missing.
         *
         * @return null where it is missing too
         */
        <T> @Nullable T find(Class<T> type, String section);

        /** The process's environment variables; options read no others. */
        Map<String, String> environment();

        /** {@code seed}, or null if the config names none. */
        @Nullable
        Long seed();

        /** {@code output_dir}, or else the checkpointer's; null if neither says. */
        @Nullable
        Path outputDirectory();

        /** The config itself, with the text that is kept with the run. */
        RunConfig config();

        /**
         * Reads the config anew with overrides, to foresee a run with them.
         *
         * @throws io.tune4j.api.config.Problems.ConfigException if they do not go together
         */
        ConfigValues with(List<String> overrides);
    }
}
