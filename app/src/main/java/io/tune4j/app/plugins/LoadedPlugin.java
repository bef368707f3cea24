// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import java.nio.file.Path;
import java.util.List;

/**
 * A plugin that works.
 *
 * @param id its own
 * @param plugin its entry point
 * @param location its folder or jar
 * @param jars all of them
 * @param bundled whether it came with the distribution
 * @param version of its module, {@code unknown} if that does not say
 * @param apiVersion that it was made for, {@code unknown} if it does not say
 * @param contents what it contributes
 * @param contributions the same by name
 */
public record LoadedPlugin(
        String id,
        Plugin plugin,
        Path location,
        List<Path> jars,
        boolean bundled,
        String version,
        String apiVersion,
        PluginContents contents,
        List<Contribution> contributions) {
    public LoadedPlugin {
        jars = List.copyOf(jars);
        contributions = List.copyOf(contributions);
    }

    /** Refuses this plugin. */
    RefusedPlugin refused(String reason) {
        return new RefusedPlugin(id, location, jars, version, apiVersion, reason, contributions);
    }
}
