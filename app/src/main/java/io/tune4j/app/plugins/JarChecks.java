// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.Plugin;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor.Provides;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Looks into a plugin's jars without running their code. */
final class JarChecks {
    private static final Set<String> EXITS =
            Set.of("java/lang/System.exit", "java/lang/Runtime.exit", "java/lang/Runtime.halt");

    private JarChecks() {}

    /** Refuses jars that hold classes of the API: such a plugin would implement an interface that nobody else has. */
    static void requireNoApiClasses(PluginModules modules) throws BrokenPluginException {
        for (PluginModules.Jar jar : modules.jars().values()) {
            for (String name : jar.descriptor().packages()) {
                if (PluginModules.API_MODULES.stream()
                        .anyMatch(module -> name.equals(module) || name.startsWith(module + "."))) {
                    throw new BrokenPluginException(jar.path().getFileName() + " holds classes of the API (package "
                            + name
                            + "), which are the application's; build the plugin without them, for example by the scope"
                            + " 'provided' or an exclusion of the shading plugin");
                }
            }
        }
    }

    /** Refuses a plugin whose class calls System.exit: it would end every command. */
    static void requireNoExit(PluginModules modules) throws BrokenPluginException {
        for (PluginModules.Jar jar : modules.providers()) {
            for (Provides provides : jar.descriptor().provides()) {
                if (provides.service().equals(Plugin.class.getName())) {
                    requireNoExit(jar.path(), provides.providers());
                }
            }
        }
    }

    private static void requireNoExit(Path jar, List<String> providers) throws BrokenPluginException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (isOf(entry.getName(), providers)) {
                    try (InputStream in = file.getInputStream(entry)) {
                        for (String method :
                                ClassConstants.read(in.readAllBytes()).methods()) {
                            if (EXITS.contains(method)) {
                                throw new BrokenPluginException(entry.getName() + " calls " + method.replace('/', '.')
                                        + ", which would end every command");
                            }
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new BrokenPluginException(damage(List.of(jar), String.valueOf(e.getMessage())), e);
        }
    }

    /** Whether an entry is a class of the list, or a class within one. */
    private static boolean isOf(String entry, List<String> classes) {
        return classes.stream()
                .map(name -> name.replace('.', '/'))
                .anyMatch(name ->
                        entry.equals(name + ".class") || entry.startsWith(name + "$") && entry.endsWith(".class"));
    }

    /**
     * Says which jar is damaged. Reads all jars, so it is called only after one could not be loaded.
     *
     * @param otherwise returned if all jars are whole
     */
    static String damage(List<Path> jars, String otherwise) {
        for (Path jar : jars) {
            String damage = damage(jar);
            if (damage != null) {
                return jar.getFileName() + " is damaged (" + damage + "); get it again";
            }
        }
        return otherwise;
    }

    private static @Nullable String damage(Path jar) {
        String entry = "its beginning";
        // Unlike JarFile, this compares each entry with its checksum.
        try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(Files.newInputStream(jar)))) {
            for (ZipEntry next = in.getNextEntry(); next != null; next = in.getNextEntry()) {
                entry = next.getName();
                in.transferTo(OutputStream.nullOutputStream());
            }
            return null;
        } catch (ZipException e) {
            String message = String.valueOf(e.getMessage());
            // Other messages name forms of archives that only JarFile can read.
            return message.startsWith("invalid") ? entry + ": " + message : null;
        } catch (IOException | IllegalArgumentException e) {
            return entry + ": " + e.getMessage();
        }
    }
}
