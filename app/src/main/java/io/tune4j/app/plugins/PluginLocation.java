// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where one plugin lies.
 *
 * @param path a folder with its jars, or a single jar
 * @param bundled whether it is in the distribution's own plugin folder under its own id
 */
record PluginLocation(Path path, boolean bundled) {
    private static final String JAR = ".jar";

    static boolean isJar(Path path) {
        return path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(JAR);
    }

    /** The plugin's jars; only those directly in its folder. */
    List<Path> jars() throws BrokenPluginException {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        try (Stream<Path> found = Files.list(path)) {
            List<Path> jars = found.filter(file -> isJar(file) && Files.isRegularFile(file))
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

    /** The name until the id is known: the folder's name, or the jar's without its version. */
    String presumedId() {
        String name = path.getFileName().toString();
        if (Files.isDirectory(path)) {
            return name;
        }
        String base = name.substring(0, name.length() - JAR.length());
        return base.replaceFirst("-\\d.*$", "");
    }
}
