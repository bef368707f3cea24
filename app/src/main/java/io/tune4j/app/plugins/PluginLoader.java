package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.engine.plugin.PluginCalls;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/**
 * Loads each folder of jars, and each single jar, of the plugin folders. A plugin that cannot be loaded is refused with
 * the reason, and the others go on. What can be checked without running a plugin's code is checked first.
 */
public final class PluginLoader {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*([-_.][a-z0-9]+)*");

    private final AllowList allowed;
    private final List<LoadedPlugin> loaded = new ArrayList<>();
    private final List<RefusedPlugin> refused = new ArrayList<>();

    private PluginLoader(AllowList allowed) {
        this.allowed = allowed;
    }

    /**
     * Loads all plugins, those of the distribution first.
     *
     * @throws UserException if a folder that the user named does not exist
     */
    public static Plugins load(PluginFolders folders) {
        PluginLoader loader = new PluginLoader(AllowList.read(folders.allowList()));
        folders.locations().forEach(loader::load);
        return Duplicates.refuse(loader.loaded, loader.refused);
    }

    private void load(PluginLocation location) {
        List<Path> jars = List.of();
        PluginModules modules = new PluginModules(Map.of());
        try {
            jars = location.jars();
            for (Path jar : jars) {
                allowed.check(jar);
            }
            modules = PluginModules.read(jars);
            if (modules.providers().isEmpty()) {
                throw new BrokenPluginException("no module in it provides " + Plugin.class.getName()
                        + "; a plugin declares its class in META-INF/services or module-info");
            }
            modules.checkApiVersion();
            ModuleLayer layer = PluginLayer.of(modules, location.bundled());
            List<LoadedPlugin> found = new ArrayList<>();
            for (ServiceLoader.Provider<Plugin> provider :
                    ServiceLoader.load(layer, Plugin.class).stream().toList()) {
                if (provider.type().getModule().getLayer() == layer) {
                    found.add(start(provider, location, jars, modules));
                }
            }
            loaded.addAll(found);
        } catch (BrokenPluginException e) {
            refuse(location, jars, modules, String.valueOf(e.getMessage()));
        } catch (ServiceConfigurationError e) {
            refuse(location, jars, modules, "its provider failed: " + PluginModules.reason(e));
        } catch (LinkageError | RuntimeException | AssertionError | StackOverflowError e) {
            // Foreign code ran: whatever it throws is its own fault and must not take the others along.
            refuse(location, jars, modules, "it failed while it was loaded: " + failure(e));
        }
    }

    private static String failure(Throwable error) {
        String reason = PluginModules.reason(error);
        return error instanceof UnsupportedClassVersionError
                ? reason
                : error.getClass().getSimpleName() + ": " + reason;
    }

    private static LoadedPlugin start(
            ServiceLoader.Provider<Plugin> provider, PluginLocation location, List<Path> jars, PluginModules modules)
            throws BrokenPluginException {
        ModuleDescriptor descriptor = provider.type().getModule().getDescriptor();
        Plugin plugin = PluginCalls.in(provider.type(), provider::get);
        String id = PluginCalls.in(plugin, plugin::id);
        if (!ID.matcher(id).matches()) {
            throw new BrokenPluginException(
                    "its id '" + id + "' is not one: lower-case words joined by -, such as my-plugin");
        }
        boolean bundled = location.bundled() && id.equals(location.presumedId());
        if (!bundled && ReservedIds.ALL.contains(id)) {
            throw new BrokenPluginException(
                    "its id '" + id + "' is reserved for the plugin that comes with tune4j; choose another");
        }
        PluginContents contents = PluginCalls.in(plugin, () -> PluginContents.of(plugin));
        return new LoadedPlugin(
                id,
                plugin,
                location.path(),
                jars,
                bundled,
                descriptor.rawVersion().orElse("unknown"),
                modules.apiVersion(),
                contents,
                PluginCalls.in(plugin, contents::list));
    }

    private void refuse(PluginLocation location, List<Path> jars, PluginModules modules, String reason) {
        String version = modules.providers().stream()
                .map(jar -> jar.descriptor().rawVersion().orElse("unknown"))
                .findFirst()
                .orElse("unknown");
        refused.add(new RefusedPlugin(
                location.presumedId(), location.path(), jars, version, modules.apiVersion(), reason, List.of()));
    }
}
