// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.wiring;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.tune4j.app.plugins.PluginContents;
import io.tune4j.app.plugins.Plugins;
import java.util.ArrayList;
import java.util.List;

/** Makes the injector of all plugins' contributions, one Guice module per plugin. */
public final class Wiring {
    private Wiring() {}

    /** The injector, which has {@link Contributions}. */
    public static Injector wire(Plugins plugins) {
        List<Module> modules = new ArrayList<>();
        // With no plugin at all, the maps are empty, not missing.
        modules.add(new PluginModule(PluginContents.NOTHING));
        plugins.loaded().forEach(loaded -> modules.add(new PluginModule(loaded.contents())));
        return Guice.createInjector(Stage.DEVELOPMENT, modules);
    }
}
