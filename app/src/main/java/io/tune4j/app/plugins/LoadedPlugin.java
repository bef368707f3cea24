package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import java.nio.file.Path;

/**
 * A plugin that works.
 *
 * @param plugin its entry point
 * @param location its folder or jar
 * @param version of its module, {@code unknown} if that does not say
 */
public record LoadedPlugin(Plugin plugin, Path location, String version) {
    public String id() {
        return plugin.id();
    }
}
