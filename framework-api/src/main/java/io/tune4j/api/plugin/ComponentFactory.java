// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import io.tune4j.api.config.ConfigReader;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Makes a part of a run that a config section names with {@code _component_}.
 *
 * @param <T> the kind of part, an interface of this API such as {@link io.tune4j.api.train.OptimizerProvider}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ComponentFactory<T> {
    /** The kind. Names are unique per kind. */
    Class<T> type();

    /** The name in configs, e.g. {@code AdamW}. */
    String name();

    /** Other names for the same, e.g. {@code torch.optim.AdamW}. */
    default List<String> aliases() {
        return List.of();
    }

    /** One line for {@code tune plugins}. */
    String summary();

    /**
     * Reads the options and makes the part, cheaply: heavy work belongs to the part's own methods, so that every mistake
     * in a config is found first. Wrong options are recorded as problems of the reader; the result may then be anything,
     * also null.
     *
     * @param options the section; claims each key that it reads
     */
    @Nullable
    T create(ConfigReader options, ComponentContext context);
}
