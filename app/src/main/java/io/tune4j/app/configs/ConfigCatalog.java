// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UnusablePath;
import io.tune4j.app.plugins.LoadedPlugin;
import io.tune4j.engine.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configs that come along and those of plugins, by name. A bundled name cannot be taken by a plugin. */
public final class ConfigCatalog {
    private static final List<String> SUFFIXES = List.of(".yaml", ".yml");

    private final Map<String, ConfigSource> configs = new LinkedHashMap<>();

    /** Folders below a folder of configs. */
    private static final int DEPTH = 8;

    private ConfigCatalog() {}

    /**
     * Lists them without reading them.
     *
     * @param bundled the folder of bundled configs
     * @param plugins may have configs in a folder {@code configs} beside their jars or in a jar
     */
    public static ConfigCatalog of(Path bundled, List<LoadedPlugin> plugins) {
        ConfigCatalog catalog = new ConfigCatalog();
        catalog.addFolder(bundled, null);
        for (LoadedPlugin plugin : plugins) {
            if (!plugin.bundled()) {
                if (Files.isDirectory(plugin.location())) {
                    catalog.addFolder(plugin.location().resolve(JarConfigs.FOLDER), plugin.id());
                }
                for (Path jar : plugin.jars()) {
                    JarConfigs.list(jar, plugin.id()).forEach(catalog::add);
                }
            }
        }
        return catalog;
    }

    private void add(ConfigSource source) {
        configs.putIfAbsent(source.name(), source);
    }

    private void addFolder(Path folder, @Nullable String plugin) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        // Links are followed: people keep their configs elsewhere.
        try (Stream<Path> found = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
            files = found.filter(path -> isYaml(path.toString())).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserException("the configs in " + folder + " cannot be listed: " + e.getMessage(), e);
        }
        for (Path file : files) {
            String name = withoutSuffix(folder.relativize(file).toString().replace('\\', '/'));
            add(new ConfigSource(
                    name, folder.getFileName() + "/" + folder.relativize(file), plugin, () -> ConfigLoader.read(file)));
        }
    }

    static boolean isYaml(String name) {
        return SUFFIXES.stream().anyMatch(name::endsWith);
    }

    static String withoutSuffix(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** All of them, those that come along first. */
    public List<ConfigSource> all() {
        return List.copyOf(configs.values());
    }

    /** Their names. */
    public List<String> names() {
        return List.copyOf(configs.keySet());
    }

    /**
     * A file, or a config by its name.
     *
     * @throws UserException if there is neither; names the nearest
     */
    public ConfigSource find(String nameOrFile) {
        Path file = path(nameOrFile);
        if (Files.isRegularFile(file)) {
            return file(nameOrFile, file);
        }
        ConfigSource known = configs.get(isYaml(nameOrFile) ? withoutSuffix(nameOrFile) : nameOrFile);
        if (known != null) {
            return known;
        }
        for (String suffix : SUFFIXES) {
            Path withSuffix = path(nameOrFile + suffix);
            if (Files.isRegularFile(withSuffix)) {
                return file(nameOrFile, withSuffix);
            }
        }
        List<String> near = new ArrayList<>(NearMisses.nearest(nameOrFile, configs.keySet()));
        String simple = nameOrFile.substring(nameOrFile.lastIndexOf('/') + 1);
        configs.keySet().stream()
                .filter(name -> near.isEmpty() && name.endsWith("/" + simple))
                .forEach(near::add);
        throw new UserException("there is no config '" + nameOrFile + "', neither a file here nor one that comes along"
                + (near.isEmpty() ? "" : " (did you mean '" + String.join("' or '", near) + "'?)")
                + "; tune ls lists those");
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UserException(UnusablePath.describe(e), e);
        }
    }

    private static ConfigSource file(String name, Path file) {
        return new ConfigSource(name, file.toString(), null, () -> ConfigLoader.read(file));
    }
}
