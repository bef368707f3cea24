package io.tune4j.app.wiring;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.app.plugins.LoadedPlugin;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.plugins.RefusedPlugin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the injector of all plugins' contributions, one Guice module per plugin. */
public final class Wiring {
    private Wiring() {}

    /**
     * The injector and the plugins it was made of: those whose names collide are refused here.
     *
     * @param injector has {@link Contributions}
     * @param plugins what is left
     */
    public record Wired(Injector injector, Plugins plugins) {}

    public static Wired wire(Plugins plugins) {
        Plugins unique = withoutCollisions(plugins);
        List<Module> modules = new ArrayList<>();
        // With no plugin at all, the maps are empty, not missing.
        modules.add(new PluginModule(() -> "none"));
        unique.loaded().forEach(loaded -> modules.add(new PluginModule(loaded.plugin())));
        return new Wired(Guice.createInjector(Stage.DEVELOPMENT, modules), unique);
    }

    /** A name that two plugins claim would go to either by chance: both are refused, but a bundled one stays. */
    private static Plugins withoutCollisions(Plugins plugins) {
        Map<String, LoadedPlugin> owners = new HashMap<>();
        List<LoadedPlugin> kept = new ArrayList<>(plugins.loaded());
        List<RefusedPlugin> refused = new ArrayList<>(plugins.refused());
        for (LoadedPlugin plugin : plugins.loaded()) {
            for (String name : names(plugin.plugin())) {
                LoadedPlugin first = owners.putIfAbsent(name, plugin);
                if (first != null && first != plugin && kept.remove(plugin)) {
                    refused.add(new RefusedPlugin(
                            plugin.location(),
                            "its " + name + " is also contributed by plugin '" + first.id() + "' (" + first.location()
                                    + "); rename it or remove one of the two"));
                }
            }
        }
        return new Plugins(kept, refused);
    }

    private static Set<String> names(Plugin plugin) {
        Set<String> names = new LinkedHashSet<>();
        plugin.backends().forEach(backend -> names.add("backend '" + backend.name() + "'"));
        plugin.models().forEach(family -> family.builders()
                .forEach(builder -> names.add("model builder '" + builder.name() + "'")));
        plugin.peftMethods().forEach(method -> names.add("PEFT method '" + method.name() + "'"));
        plugin.recipes().forEach(recipe -> names.add("recipe '" + recipe.name() + "'"));
        plugin.components().forEach(component -> {
            String kind = component.type().getSimpleName();
            names.add(kind + " '" + component.name() + "'");
            component.aliases().forEach(alias -> names.add(kind + " '" + alias + "'"));
        });
        return names;
    }
}
