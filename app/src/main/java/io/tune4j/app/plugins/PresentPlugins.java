// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the plugins that a program has on its class path or module path: its author chose them, so they share its class loader. */
public final class PresentPlugins {
    private PresentPlugins() {}

    /** Loads them; one that breaks its contract is refused. */
    public static Plugins load() {
        List<LoadedPlugin> loaded = new ArrayList<>();
        List<RefusedPlugin> refused = new ArrayList<>();
        for (Plugin plugin : ServiceLoader.load(Plugin.class, loader())) {
            Path location = location(plugin.getClass());
            try {
                PluginContents contents = ContentsReader.read(plugin);
                loaded.add(new LoadedPlugin(
                        plugin.id(), plugin, location, List.of(), true, "", "", contents, contents.contributions()));
            } catch (BrokenPluginException e) {
                refused.add(new RefusedPlugin(
                        plugin.id(), location, List.of(), "", "", String.valueOf(e.getMessage()), List.of()));
            }
        }
        return Duplicates.refuse(loaded, refused);
    }

    /** A program's own loader knows its plugins also where it is not the system's, as in application servers. */
    private static ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? PresentPlugins.class.getClassLoader() : context;
    }

    private static Path location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? Path.of(type.getName())
                : Path.of(source.getLocation().getPath());
    }
}
