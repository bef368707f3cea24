package io.tune4j.recipes.testing;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** For components that contain no others. */
final class NoComponents implements Components {
    @Override
    public <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context) {
        return null;
    }

    @Override
    public @Nullable ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory) {
        return null;
    }

    @Override
    public @Nullable BackendFactory backend(ConfigReader root) {
        return null;
    }
}
