// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.api.plugin.Plugin;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a plugin's jars, read without running any of their code.
 *
 * @param jars of the plugin, by the name of their module
 */
record PluginModules(Map<String, Jar> jars) {
    private static final String API_MODULE = "io.tune4j.api";
    /** The modules that plugin authors compile against. */
    static final Set<String> API_MODULES = Set.of(API_MODULE, "io.tune4j.decoder");

    private static final Pattern CLASS_VERSION = Pattern.compile("(?:version|major\\.minor version) (\\d+)");
    /** Class files of Java n have the major version n + 44. */
    private static final int CLASS_VERSION_OF_JAVA_0 = 44;

    /** One jar as a module. */
    record Jar(Path path, ModuleReference reference) {
        ModuleDescriptor descriptor() {
            return reference.descriptor();
        }
    }

    /** Reads every jar by itself, so that a broken one can be named. */
    static PluginModules read(List<Path> jars) throws BrokenPluginException {
        Map<String, Jar> modules = new LinkedHashMap<>();
        for (Path path : jars) {
            ModuleReference reference = read(path);
            String name = reference.descriptor().name();
            if (API_MODULES.contains(name)) {
                throw new BrokenPluginException(path.getFileName()
                        + " is a part of the API, which is the application's; leave that jar out of the plugin");
            }
            Jar twin = modules.putIfAbsent(name, new Jar(path, reference));
            if (twin != null) {
                throw new BrokenPluginException(path.getFileName() + " and "
                        + twin.path().getFileName() + " are both the module " + name + "; remove one of them");
            }
        }
        PluginModules result = new PluginModules(modules);
        JarChecks.requireNoApiClasses(result);
        return result;
    }

    private static ModuleReference read(Path jar) throws BrokenPluginException {
        try {
            return ModuleFinder.of(jar).findAll().stream()
                    .findFirst()
                    .orElseThrow(() -> new BrokenPluginException(jar.getFileName() + " is no jar"));
        } catch (FindException e) {
            String reason = reason(e);
            if (reason.contains("is not a Java identifier") || reason.contains("Invalid module name")) {
                throw new BrokenPluginException(
                        "no valid module name can be derived from the file name " + jar.getFileName() + " (" + reason
                                + "); rename it to words that Java allows as names, such as my-plugin-1.0.jar, or give its manifest an"
                                + " Automatic-Module-Name",
                        e);
            }
            throw new BrokenPluginException(
                    JarChecks.damage(List.of(jar), jar.getFileName() + " cannot be read as a module: " + reason), e);
        }
    }

    /** The innermost message, with class-file versions in the user's terms. */
    static String reason(Throwable error) {
        Throwable inner = error;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        String message = inner.getMessage() == null ? inner.toString() : inner.getMessage();
        String newer = newerJava(inner, message);
        return newer == null ? message : newer;
    }

    private static @Nullable String newerJava(Throwable error, String message) {
        boolean about = error instanceof UnsupportedClassVersionError || message.contains("Unsupported major.minor");
        Matcher matcher = CLASS_VERSION.matcher(message);
        if (!about || !matcher.find()) {
            return null;
        }
        int needed = Integer.parseInt(matcher.group(1)) - CLASS_VERSION_OF_JAVA_0;
        return "it is compiled for Java " + needed + ", and this is Java "
                + Runtime.version().feature() + ": set JAVA_HOME to a JDK " + needed
                + " or newer, or build the plugin with --release "
                + Runtime.version().feature();
    }

    ModuleFinder finder() {
        return ModuleFinder.of(jars.values().stream().map(Jar::path).toArray(Path[]::new));
    }

    /** The jars that provide a plugin. */
    List<Jar> providers() {
        return jars.values().stream()
                .filter(jar -> jar.descriptor().provides().stream()
                        .anyMatch(provides -> provides.service().equals(Plugin.class.getName())))
                .toList();
    }

    /** Explains why there is no provider. */
    String noProvider() throws BrokenPluginException {
        String service = Plugin.class.getName();
        for (Jar jar : jars.values()) {
            try (ModuleReader reader = jar.reference().open()) {
                if (reader.find("META-INF/services/" + service).isPresent()) {
                    return "its module " + jar.descriptor().name() + " provides no " + service
                            + ": META-INF/services is not read in a jar that has a module-info; add \"provides "
                            + service
                            + " with ...\" to module-info.java";
                }
            } catch (IOException e) {
                throw new BrokenPluginException(jar.path().getFileName() + " cannot be read: " + e.getMessage(), e);
            }
        }
        return "no module in it provides " + service
                + "; a plugin declares its class in META-INF/services or module-info";
    }

    /** Refuses a plugin that was made for another API, or does not say for which. */
    void checkApiVersion() throws BrokenPluginException {
        for (Jar jar : providers()) {
            String version = apiVersion(jar);
            if (version == null) {
                throw new BrokenPluginException(jar.path().getFileName()
                        + " does not say for which version of the plugin API it is made; build it with "
                        + ApiVersion.MANIFEST_ATTRIBUTE + ": " + ApiVersion.series(ApiVersion.current())
                        + " in its manifest, or with a module-info that requires " + API_MODULE);
            }
            if (!ApiVersion.accepts(version)) {
                throw new BrokenPluginException("it is made for version " + version + " of the plugin API, and this is "
                        + ApiVersion.current() + "; get the plugin's version for API "
                        + ApiVersion.series(ApiVersion.current()));
            }
        }
    }

    /** The API version a plugin was made for, or {@code unknown}. */
    String apiVersion() {
        for (Jar jar : providers()) {
            try {
                String version = apiVersion(jar);
                if (version != null) {
                    return version;
                }
            } catch (BrokenPluginException e) {
                return "unknown";
            }
        }
        return "unknown";
    }

    private static @Nullable String apiVersion(Jar jar) throws BrokenPluginException {
        try (JarFile file = new JarFile(jar.path().toFile())) {
            Manifest manifest = file.getManifest();
            String written =
                    manifest == null ? null : manifest.getMainAttributes().getValue(ApiVersion.MANIFEST_ATTRIBUTE);
            if (written != null) {
                return written.strip();
            }
        } catch (IOException e) {
            throw new BrokenPluginException(jar.path().getFileName() + " cannot be read: " + e.getMessage(), e);
        }
        return jar.descriptor().requires().stream()
                .filter(requires -> requires.name().equals(API_MODULE))
                .map(Requires::rawCompiledVersion)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }
}
