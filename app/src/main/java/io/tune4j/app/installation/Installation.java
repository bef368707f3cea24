// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.installation;

import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.app.plugins.PluginFolders;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where things are installed.
 *
 * @param home the distribution's folder
 * @param plugins where plugins are looked for
 */
public record Installation(Path home, PluginFolders plugins) {
    /** Set by the launcher: the distribution's folder. */
    private static final String HOME = "tune4j.home";

    private static final String PLUGINS_VARIABLE = "TUNE4J_PLUGINS";

    /**
     * As the launcher says, with further plugin folders.
     *
     * @param more of the command line
     */
    public static Installation find(List<Path> more) {
        // Without the launcher: beside the JDK, where nothing lies. Never the working directory, where any jar may.
        Path home = Path.of(System.getProperty(HOME, System.getProperty("java.home")))
                .toAbsolutePath()
                .normalize();
        List<Path> named = new ArrayList<>();
        String environment = System.getenv(PLUGINS_VARIABLE);
        if (environment != null) {
            for (String entry : environment.split(File.pathSeparator)) {
                if (!entry.isBlank()) {
                    named.add(Path.of(entry.strip()));
                }
            }
        }
        named.addAll(more);
        return new Installation(home, new PluginFolders(home.resolve("plugins"), named, home.resolve("plugins.allow")));
    }

    /** A distribution in a folder, with its own plugins alone. */
    public static Installation at(Path folder) {
        Path home = folder.toAbsolutePath().normalize();
        return new Installation(
                home, new PluginFolders(home.resolve("plugins"), List.of(), home.resolve("plugins.allow")));
    }

    /** The folder of bundled configs. */
    public Path configs() {
        return home.resolve("configs");
    }

    /** The application's and the API's. */
    public String version() {
        return ApiVersion.current();
    }

    /** Variables that configs can refer to besides their own keys. */
    public Map<String, String> variables() {
        return Map.of("tune4j.configs", Objects.requireNonNull(configs().toString()));
    }
}
