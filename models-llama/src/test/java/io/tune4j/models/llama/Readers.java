// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.engine.config.ConfigLoader;

/** Config sections from a text. */
public final class Readers {
    private Readers() {}

    public static ConfigReader of(String yaml) {
        Problems problems = new Problems();
        ConfigReader reader = new ConfigReader(ConfigLoader.parse(yaml, "test", problems), problems, new Notices());
        problems.throwIfAny();
        return reader;
    }
}
