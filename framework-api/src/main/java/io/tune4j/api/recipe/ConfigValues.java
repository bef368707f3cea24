// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import io.tune4j.api.config.ConfigReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A run's config while a recipe's own options are read: its top level, and what its sections make. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ConfigValues {
    /** The top level. A key that is read here counts as known, and a mistake in it becomes one of its problems. */
    ConfigReader root();

    /**
     * What the config makes for a type, as for a parameter of the recipe's constructor; other {@link RecipeOptions} too.
     *
     * @return null where the config is wrong, or where a file that it names is not there yet
     */
    <T> @Nullable T require(Class<T> type);

    /**
     * What a section makes that may be missing.
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

    /**
     * The same config with overrides, read anew: what a run would be like with them.
     *
     * @throws io.tune4j.api.config.ConfigException if they do not go together
     */
    ConfigValues with(List<String> overrides);
}
