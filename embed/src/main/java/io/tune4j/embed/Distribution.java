// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.app.run.Host;
import java.nio.file.Path;
import java.util.List;

/** An installed distribution: its recipes, and its configs with those of its plugins, by name. */
public final class Distribution {
    private final Path home;
    private final Host host;

    private Distribution(Path home) {
        this.home = home;
        this.host = Host.installed(home, new ProgramConsole(line -> {}, line -> {}, List.of()));
    }

    /**
     * Loads its plugins.
     *
     * @param home the distribution's folder
     */
    public static Distribution at(Path home) {
        return new Distribution(home);
    }

    /** Names of recipes, sorted. */
    public List<String> recipes() {
        return host.recipeNames();
    }

    /** Names of configs. */
    public List<String> configs() {
        return host.configs().names();
    }

    /**
     * The text of a config.
     *
     * @throws io.tune4j.api.error.UserException if there is none of that name; the message names the nearest
     */
    public String config(String name) {
        return host.configs().find(name).text();
    }

    /** A run of a config. */
    public FineTune fineTune(String config) {
        return FineTune.installed(home, config);
    }
}
