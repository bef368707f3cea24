package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.Plugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Loads each folder of jars, and each single jar, of the plugin folders. A plugin that cannot be loaded is refused with
 * the reason, and the others go on.
 */
public final class PluginLoader {
    private final List<LoadedPlugin> loaded = new ArrayList<>();
    private final List<RefusedPlugin> refused = new ArrayList<>();

    private PluginLoader() {}

    /**
     * Loads all plugins of the folders, in the order of the folders and then by name.
     *
     * @throws UserException if a folder does not exist
     */
    public static Plugins load(List<Path> folders) {
        PluginLoader loader = new PluginLoader();
        for (Path folder : folders) {
            locations(folder).forEach(loader::load);
        }
        loader.refuseDuplicates();
        return new Plugins(loader.loaded, loader.refused);
    }

    /** The plugins of a folder; the folder itself where it directly holds a single plugin's jars given by the user. */
    private static List<Path> locations(Path folder) {
        if (Files.isRegularFile(folder) && folder.toString().endsWith(".jar")) {
            return List.of(folder);
        }
        if (!Files.isDirectory(folder)) {
            throw new UserException("there is no plugin folder " + folder.toAbsolutePath()
                    + "; check --plugin-dir and TUNE4J_PLUGINS, or build the distribution again");
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(
                            path -> Files.isDirectory(path) || path.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void load(Path location) {
        try {
            ModuleLayer layer = PluginLayer.of(location);
            List<LoadedPlugin> found = new ArrayList<>();
            for (ServiceLoader.Provider<Plugin> provider :
                    ServiceLoader.load(layer, Plugin.class).stream().toList()) {
                if (provider.type().getModule().getLayer() == layer) {
                    ModuleDescriptor descriptor = provider.type().getModule().getDescriptor();
                    found.add(new LoadedPlugin(
                            provider.get(), location, descriptor.rawVersion().orElse("unknown")));
                }
            }
            if (found.isEmpty()) {
                refuse(
                        location,
                        "no module in it provides " + Plugin.class.getName()
                                + "; a plugin declares its class in META-INF/services or module-info");
            }
            loaded.addAll(found);
        } catch (BrokenPluginException e) {
            refuse(location, String.valueOf(e.getMessage()));
        } catch (ServiceConfigurationError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            refuse(location, "its provider failed: " + cause);
        } catch (LinkageError | RuntimeException e) {
            // Foreign code ran: whatever it throws is its own fault and must not take the others along.
            refuse(location, "it failed while it was loaded: " + e);
        }
    }

    private void refuse(Path location, String reason) {
        refused.add(new RefusedPlugin(location, reason));
    }

    /** Two plugins with one id: neither wins, since nobody could say which one a run used. A bundled one stays. */
    private void refuseDuplicates() {
        Map<String, LoadedPlugin> byId = new HashMap<>();
        List<LoadedPlugin> doubled = new ArrayList<>();
        for (LoadedPlugin plugin : loaded) {
            LoadedPlugin first = byId.putIfAbsent(plugin.id(), plugin);
            if (first != null) {
                boolean reserved = ReservedIds.ALL.contains(plugin.id());
                refuse(
                        plugin.location(),
                        "its id '" + plugin.id() + "' is also that of " + first.location()
                                + (reserved ? ", and is reserved; choose another id" : "; remove one of the two"));
                doubled.add(plugin);
                if (!reserved && !doubled.contains(first)) {
                    refuse(
                            first.location(),
                            "its id '" + plugin.id() + "' is also that of " + plugin.location()
                                    + "; remove one of the two");
                    doubled.add(first);
                }
            }
        }
        loaded.removeAll(doubled);
    }
}
