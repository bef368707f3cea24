// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.Plugin;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Loads each folder of jars, and each single jar, of the plugin folders. A plugin that cannot be loaded is refused with
 * the reason, and the others go on. What can be checked without running a plugin's code is checked first.
 */
public final class PluginLoader {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*([-_.][a-z0-9]+)*");

    private static final Pattern NOT_FOUND = Pattern.compile("Provider (\\S+) not found");
    private static final Pattern NOT_A_PLUGIN = Pattern.compile("(\\S+) not a subtype");

    /** The module of the distribution's recipes, which plugins may require. */
    private static final String RECIPES = "io.tune4j.recipes";

    private final AllowList allowed;
    private final Duration limit;
    private final Map<String, ModuleLayer> offered = new HashMap<>();
    private final List<LoadedPlugin> loaded = new ArrayList<>();
    private final List<RefusedPlugin> refused = new ArrayList<>();

    private PluginLoader(AllowList allowed, Duration limit) {
        this.allowed = allowed;
        this.limit = limit;
    }

    /**
     * Loads all plugins, those of the distribution first.
     *
     * @throws UserException if a folder that the user named does not exist
     */
    public static Plugins load(PluginFolders folders) {
        return load(folders, PluginCall.LIMIT);
    }

    /** Loads all plugins, each of which has a limited time. */
    static Plugins load(PluginFolders folders, Duration limit) {
        PluginLoader loader = new PluginLoader(AllowList.read(folders.allowList()), limit);
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
                throw new BrokenPluginException(modules.noProvider());
            }
            modules.checkApiVersion();
            JarChecks.requireNoExit(modules);
            ModuleLayer layer = PluginLayer.of(modules, location.bundled(), offered);
            loaded.addAll(start(layer, location, jars, modules));
            if (location.bundled() && modules.jars().containsKey(RECIPES)) {
                offered.put(RECIPES, layer);
            }
        } catch (BrokenPluginException e) {
            refuse(location, jars, modules, String.valueOf(e.getMessage()));
        } catch (ServiceConfigurationError e) {
            refuse(location, jars, modules, JarChecks.damage(jars, providerFailure(e)));
        } catch (LinkageError | RuntimeException | AssertionError | StackOverflowError e) {
            // Foreign code ran: whatever it throws is its own fault and must not take the others along.
            refuse(location, jars, modules, JarChecks.damage(jars, "it failed while it was loaded: " + failure(e)));
        }
    }

    private List<LoadedPlugin> start(ModuleLayer layer, PluginLocation location, List<Path> jars, PluginModules modules)
            throws BrokenPluginException {
        ClassLoader loader =
                layer.findLoader(modules.providers().get(0).descriptor().name());
        return PluginCall.run(location.presumedId(), loader, limit, () -> {
            List<LoadedPlugin> found = new ArrayList<>();
            for (ServiceLoader.Provider<Plugin> provider :
                    ServiceLoader.load(layer, Plugin.class).stream().toList()) {
                if (provider.type().getModule().getLayer() == layer) {
                    found.add(start(provider, location, jars, modules));
                }
            }
            return found;
        });
    }

    private static String providerFailure(ServiceConfigurationError error) {
        String message = String.valueOf(error.getMessage());
        Matcher missing = NOT_FOUND.matcher(message);
        if (missing.find()) {
            return "its META-INF/services or module-info names " + missing.group(1)
                    + ", and there is no such class in it; check the spelling";
        }
        Matcher matcher = NOT_A_PLUGIN.matcher(message);
        return matcher.find()
                ? "its provider " + matcher.group(1) + " does not implement " + Plugin.class.getName()
                : "its provider failed: " + PluginModules.reason(error);
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
        Plugin plugin = provider.get();
        String id = plugin.id();
        if (id == null) {
            throw new BrokenPluginException("its id() is null");
        }
        if (!ID.matcher(id).matches()) {
            throw new BrokenPluginException(
                    "its id '" + id + "' is not one: lower-case words joined by -, such as my-plugin");
        }
        boolean bundled = location.bundled() && id.equals(location.presumedId());
        if (!bundled && ReservedIds.ALL.contains(id)) {
            throw new BrokenPluginException(
                    "its id '" + id + "' is reserved for the plugin that comes with tune4j; choose another");
        }
        PluginContents contents = ContentsReader.read(plugin);
        return new LoadedPlugin(
                id,
                plugin,
                location.path(),
                jars,
                bundled,
                descriptor.rawVersion().orElse("unknown"),
                modules.apiVersion(),
                contents,
                contents.contributions());
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
