// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where plugins are looked for. Nothing is ever taken from the working directory unless the user names it.
 *
 * @param bundled the distribution's plugin folder: each folder and each jar in it is a plugin; null if there is none
 * @param named by the user: a jar, a folder with a plugin's jars or, if it has no jar itself, a folder of such folders
 * @param allowList the file of allowed jars; need not exist. Null for none
 */
public record PluginFolders(
        @Nullable Path bundled, List<Path> named, @Nullable Path allowList) {
    public PluginFolders {
        named = List.copyOf(named);
    }

    /**
     * All plugins there are, those of the distribution first.
     *
     * @throws UserException if a folder that the user named is not there
     */
    List<PluginLocation> locations() {
        List<PluginLocation> locations = new ArrayList<>();
        if (bundled != null && Files.isDirectory(bundled)) {
            for (Path path : list(bundled)) {
                if (Files.isDirectory(path) || PluginLocation.isJar(path)) {
                    boolean own = ReservedIds.ALL.contains(path.getFileName().toString());
                    locations.add(new PluginLocation(path, own));
                }
            }
            // Others may require modules of the distribution's plugins.
            locations.sort(Comparator.comparing(location -> !location.bundled()));
        }
        named.forEach(path -> locations.addAll(named(path)));
        return locations.stream().distinct().toList();
    }

    private static List<PluginLocation> named(Path path) {
        if (Files.isRegularFile(path) && PluginLocation.isJar(path)) {
            return List.of(new PluginLocation(path, false));
        }
        if (!Files.exists(path) && PluginLocation.isJar(path)) {
            throw new UserException("there is no plugin jar " + path.toAbsolutePath()
                    + "; build it (mvn package), or check --plugin-dir and TUNE4J_PLUGINS");
        }
        if (!Files.isDirectory(path)) {
            String what = Files.exists(path) ? " is neither a folder nor a jar" : " does not exist";
            throw new UserException(
                    "the plugin folder " + path.toAbsolutePath() + what + "; check --plugin-dir and TUNE4J_PLUGINS");
        }
        List<Path> found = list(path);
        List<PluginLocation> folders = found.stream()
                .filter(Files::isDirectory)
                .map(folder -> new PluginLocation(folder, false))
                .toList();
        boolean hasJar = found.stream().anyMatch(PluginLocation::isJar);
        return hasJar || folders.isEmpty() ? List.of(new PluginLocation(path, false)) : folders;
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
