// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.train.Checkpointer;
import java.nio.file.Path;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The installed plugins' contributions, looked up by the names in a config. A name that is not installed, or wrong
 * options, become problems of the reader (with what is installed and the nearest names), and null is returned: go on
 * reading the rest of the config, then call {@link io.tune4j.api.config.Problems#throwIfAny}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Components {
    /**
     * Makes the component that a section's {@code _component_} names.
     *
     * @param type the kind of component expected there
     */
    <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context);

    /**
     * Resolves a model section, whose {@code _component_} is a builder's name or {@code <peft>_<builder>}, without
     * allocating weights.
     *
     * @param checkpointDirectory the base model's folder for builders that read its config.json, or null
     */
    @Nullable
    ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory);

    /**
     * Resolves a model section for the base model of a checkpointer: whether a model has an output projection of its own may be
     * known from its files alone.
     *
     * @param checkpointer null if the config's is wrong
     */
    default @Nullable ModelPlan modelOf(ConfigReader section, @Nullable Checkpointer checkpointer) {
        return model(section, checkpointer == null ? null : checkpointer.checkpointDirectory());
    }

    /** The environment variables that a plugin may look up, e.g. for its cache: plugins do not ask the system itself. */
    default Map<String, String> environment() {
        return Map.of();
    }

    /** The backend that key {@code backend} names, or the preferred one where the key is absent. */
    @Nullable
    BackendFactory backend(ConfigReader root);
}
