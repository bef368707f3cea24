// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.generation.Generator;
import java.lang.ModuleLayer.Controller;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.lang.module.ResolvedModule;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One plugin's jars as a module layer over the application's, with one class loader: it may bring other versions of any
 * library, and shares only the JDK, the API with the decoder, and what these need; a plugin of the distribution also the engine
 * and generation. A named module may also require the distribution's recipes, whose trainer recipes of others use.
 */
final class PluginLayer {
    private PluginLayer() {}

    /**
     * Makes a plugin's layer.
     *
     * @param offered layers of the distribution's plugins, by the modules that other plugins may require
     */
    static ModuleLayer of(PluginModules modules, boolean bundled, Map<String, ModuleLayer> offered)
            throws BrokenPluginException {
        List<ModuleLayer> parents = parents(modules, offered);
        // All modules are roots, because no module requires natives in jars of their own.
        Set<String> roots = modules.jars().keySet();
        try {
            Configuration configuration = Configuration.resolve(
                    modules.finder(),
                    parents.stream().map(ModuleLayer::configuration).toList(),
                    ModuleFinder.of(),
                    roots);
            refuseWhatIsTheApplications(configuration, modules, bundled, offered.keySet());
            return define(configuration, parents).layer();
        } catch (FindException e) {
            throw new BrokenPluginException(
                    "a module is missing: " + PluginModules.reason(e) + "; put its jar into the plugin's folder", e);
        } catch (ResolutionException e) {
            // A plain jar reads every module there is, also the host's copy of a library that the plugin brings itself.
            return apartFromTheHost(modules, e);
        } catch (LayerInstantiationException e) {
            throw new BrokenPluginException("its jars do not fit together: " + e.getMessage(), e);
        }
    }

    /** The layers of what the plugin requires of the distribution's plugins, or the application's. */
    private static List<ModuleLayer> parents(PluginModules modules, Map<String, ModuleLayer> offered) {
        List<ModuleLayer> required = modules.jars().values().stream()
                .flatMap(jar -> jar.descriptor().requires().stream())
                .map(requires -> offered.get(requires.name()))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return required.isEmpty() ? List.of(ModuleLayer.boot()) : required;
    }

    private static Controller define(Configuration configuration, List<ModuleLayer> parents) {
        Controller controller =
                ModuleLayer.defineModulesWithOneLoader(configuration, parents, Plugin.class.getClassLoader());
        allowNativeCode(controller);
        return controller;
    }

    private static ModuleLayer apartFromTheHost(PluginModules modules, ResolutionException conflict)
            throws BrokenPluginException {
        ModuleLayer boot = ModuleLayer.boot();
        try {
            IsolatedFinder finder = IsolatedFinder.of(modules);
            Configuration configuration = boot.configuration()
                    .resolve(finder, ModuleFinder.of(), modules.jars().keySet());
            Controller controller = define(configuration, List.of(boot));
            finder.connect(controller);
            return controller.layer();
        } catch (FindException | ResolutionException | LayerInstantiationException e) {
            e.addSuppressed(conflict);
            throw new BrokenPluginException("its jars do not fit together: " + e.getMessage(), e);
        }
    }

    /** The modules that plugin authors compile against, and what these require, directly or not. */
    static Set<String> shared() {
        Set<String> shared = new HashSet<>();
        ModuleLayer layer = Plugin.class.getModule().getLayer();
        if (layer != null) {
            PluginModules.API_MODULES.forEach(name -> collect(layer.configuration(), name, shared));
        }
        return shared;
    }

    private static Set<String> withWhatItRequires(Module module) {
        Set<String> required = new HashSet<>();
        ModuleLayer layer = module.getLayer();
        if (module.isNamed() && layer != null) {
            collect(layer.configuration(), module.getName(), required);
        }
        return required;
    }

    private static void collect(Configuration configuration, String name, Set<String> into) {
        Optional<ResolvedModule> module = configuration.findModule(name);
        if (module.isPresent() && into.add(name)) {
            for (Requires requires : module.get().reference().descriptor().requires()) {
                collect(configuration, requires.name(), into);
            }
        }
    }

    /** Refuses modules that use the application's own libraries, which change without notice. */
    private static void refuseWhatIsTheApplications(
            Configuration configuration, PluginModules modules, boolean bundled, Set<String> offered)
            throws BrokenPluginException {
        Set<String> shared = shared();
        shared.addAll(offered);
        if (bundled) {
            // These change with the distribution, and so do the plugins that come along.
            shared.addAll(withWhatItRequires(ComponentRegistry.class.getModule()));
            shared.addAll(withWhatItRequires(Generator.class.getModule()));
        }
        ModuleFinder jdk = ModuleFinder.ofSystem();
        for (PluginModules.Jar jar : modules.jars().values()) {
            for (Requires requires : jar.descriptor().requires()) {
                String name = requires.name();
                boolean own = modules.jars().containsKey(name);
                boolean optional = requires.modifiers().contains(Requires.Modifier.STATIC);
                if (!own
                        && !optional
                        && !shared.contains(name)
                        && jdk.find(name).isEmpty()
                        && configuration.findModule(name).isPresent()) {
                    throw new BrokenPluginException("a module is missing: " + name + ", required by "
                            + jar.descriptor().name()
                            + "; the application has one for itself, which may change any day: put the jar into the plugin's"
                            + " folder");
                }
            }
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
