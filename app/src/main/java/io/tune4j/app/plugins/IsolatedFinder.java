// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.io.IOException;
import java.lang.ModuleLayer.Controller;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A plugin's modules with plain jars turned into open modules that read nothing but what {@link #connect} gives them: the
 * JDK, what plugins share with the host, and each other. As automatic modules they would also read the host's copy of a
 * library that they bring themselves, which the module system refuses.
 */
final class IsolatedFinder implements ModuleFinder {
    private final Map<String, ModuleReference> modules = new LinkedHashMap<>();
    private final Set<String> opened = new HashSet<>();

    private IsolatedFinder() {}

    static IsolatedFinder of(PluginModules plugin) throws BrokenPluginException {
        IsolatedFinder finder = new IsolatedFinder();
        Map<String, String> owners = packageOwners(plugin);
        for (PluginModules.Jar jar : plugin.jars().values()) {
            ModuleDescriptor descriptor = jar.descriptor();
            if (descriptor.isAutomatic()) {
                finder.opened.add(descriptor.name());
                finder.modules.put(
                        descriptor.name(),
                        new Opened(open(descriptor, ServiceUse.of(jar.path()), owners), jar.reference()));
            } else {
                finder.modules.put(descriptor.name(), jar.reference());
            }
        }
        return finder;
    }

    /** The module of each package that the plugin may see; its own copy of a package comes before the host's. */
    private static Map<String, String> packageOwners(PluginModules plugin) {
        Map<String, String> owners = new HashMap<>();
        hosts().forEach(host ->
                host.getDescriptor().exports().forEach(exports -> owners.put(exports.source(), host.getName())));
        plugin.jars().values().forEach(jar -> jar.descriptor()
                .packages()
                .forEach(name -> owners.put(name, jar.descriptor().name())));
        return owners;
    }

    /** The modules of the host that plugins may see. */
    private static List<Module> hosts() {
        Set<String> shared = PluginLayer.shared();
        ModuleFinder jdk = ModuleFinder.ofSystem();
        return ModuleLayer.boot().modules().stream()
                .filter(host -> shared.contains(host.getName())
                        || jdk.find(host.getName()).isPresent())
                .toList();
    }

    private static ModuleDescriptor open(
            ModuleDescriptor automatic, Set<String> services, Map<String, String> packageOwners) {
        ModuleDescriptor.Builder builder = ModuleDescriptor.newOpenModule(automatic.name());
        builder.packages(automatic.packages());
        automatic.packages().forEach(builder::exports);
        automatic.rawVersion().ifPresent(builder::version);
        // A service must be in a module that is required, and only those are: the rest is read later, in cycles if need
        // be.
        Set<String> required = new HashSet<>(Set.of("java.base"));
        automatic.provides().forEach(provides -> {
            builder.provides(provides);
            required.add(packageOwners.getOrDefault(packageOf(provides.service()), "java.base"));
        });
        for (String service : services) {
            String owner = packageOwners.get(packageOf(service));
            if (owner != null) {
                builder.uses(service);
                required.add(owner);
            }
        }
        required.remove(automatic.name());
        required.forEach(builder::requires);
        return builder.build();
    }

    private static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }

    /** Lets the opened modules read what they may. */
    void connect(Controller controller) {
        List<Module> hosts = hosts();
        for (Module module : controller.layer().modules()) {
            boolean isOpened = opened.contains(module.getName());
            boolean knowsOpened =
                    module.getDescriptor().requires().stream().anyMatch(requires -> opened.contains(requires.name()));
            if (!isOpened && !knowsOpened) {
                continue;
            }
            controller.layer().modules().forEach(other -> controller.addReads(module, other));
            if (isOpened) {
                hosts.forEach(host -> controller.addReads(module, host));
            }
        }
    }

    @Override
    public Optional<ModuleReference> find(String name) {
        return Optional.ofNullable(modules.get(name));
    }

    @Override
    public Set<ModuleReference> findAll() {
        return Set.copyOf(modules.values());
    }

    /** A jar under another module descriptor. */
    private static final class Opened extends ModuleReference {
        private final ModuleReference jar;

        Opened(ModuleDescriptor descriptor, ModuleReference jar) {
            super(descriptor, jar.location().orElse(null));
            this.jar = jar;
        }

        @Override
        public ModuleReader open() throws IOException {
            return jar.open();
        }
    }
}
