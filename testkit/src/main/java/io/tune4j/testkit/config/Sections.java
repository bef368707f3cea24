// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.config;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.engine.config.ConfigLoader;

/** Readers of YAML given in a test. */
public final class Sections {
    private Sections() {}

    /** @throws io.tune4j.api.config.Problems.ConfigException if it is no YAML mapping */
    public static ConfigReader of(String yaml) {
        Problems problems = new Problems();
        ConfigReader reader = new ConfigReader(ConfigLoader.parse(yaml, "test", problems), problems, new Notices());
        problems.throwIfAny();
        return reader;
    }
}
