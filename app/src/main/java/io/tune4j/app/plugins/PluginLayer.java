package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import java.io.IOException;
import java.lang.ModuleLayer.Controller;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One plugin's jars as a module layer over the application's, with one class loader: it may bring other versions of any
 * library, and shares only the JDK and the API.
 */
final class PluginLayer {
    private PluginLayer() {}

    static ModuleLayer of(Path location) throws BrokenPluginException {
        ModuleFinder finder = ModuleFinder.of(jars(location).toArray(Path[]::new));
        try {
            Set<String> roots = finder.findAll().stream()
                    .map(ModuleReference::descriptor)
                    .map(descriptor -> descriptor.name())
                    .collect(Collectors.toSet());
            String api = Plugin.class.getModule().getName();
            if (api != null && roots.contains(api)) {
                throw new BrokenPluginException(
                        "it contains " + api + ", which is the application's; leave that jar out of the plugin");
            }
            ModuleLayer boot = ModuleLayer.boot();
            // All modules are roots: natives in jars of their own are required by nobody.
            Configuration configuration = boot.configuration().resolve(finder, ModuleFinder.of(), roots);
            Controller controller =
                    ModuleLayer.defineModulesWithOneLoader(configuration, List.of(boot), Plugin.class.getClassLoader());
            allowNativeCode(controller);
            return controller.layer();
        } catch (FindException e) {
            throw new BrokenPluginException(
                    "a module is missing or has no valid name: " + e.getMessage()
                            + (e.getCause() == null ? "" : ", " + e.getCause().getMessage())
                            + "; put the missing jar into the plugin's folder (a jar without a module name gets one from its"
                            + " file name)",
                    e);
        } catch (ResolutionException e) {
            throw new BrokenPluginException("its jars do not fit together: " + e.getMessage(), e);
        }
    }

    private static List<Path> jars(Path location) throws BrokenPluginException {
        if (Files.isRegularFile(location)) {
            return List.of(location);
        }
        try (Stream<Path> found = Files.list(location)) {
            List<Path> jars = found.filter(path -> path.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            if (jars.isEmpty()) {
                throw new BrokenPluginException("the folder has no jar; remove it or put the plugin's jars there");
            }
            return jars;
        } catch (IOException e) {
            throw new BrokenPluginException("it cannot be read: " + e.getMessage(), e);
        }
    }

    /** From Java 22 on, a layer's modules must be allowed to load native code one by one, or the JVM warns. */
    private static void allowNativeCode(Controller controller) {
        if (Runtime.version().feature() < 22) {
            return;
        }
        try {
            Method enable = Controller.class.getMethod("enableNativeAccess", Module.class);
            for (Module module : controller.layer().modules()) {
                enable.invoke(controller, module);
            }
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            System.getLogger(PluginLayer.class.getName())
                    .log(System.Logger.Level.DEBUG, "native access is not controllable", e);
        }
    }
}
