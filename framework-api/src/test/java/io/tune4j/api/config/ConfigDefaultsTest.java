// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDefaultsTest {
    private static final Origin HERE = new Origin("here", 0);

    @Test
    void notesTheDefaultsOfOptionalKeysInAllSectionsWhetherTheyAreThereOrNot() {
        Mapping model = new Mapping(Map.of("rank", new Scalar(16L, "16", HERE)), HERE);
        ConfigReader root = new ConfigReader(
                new Mapping(
                        Map.of("model", model, "name", new Scalar("n", "n", HERE), "seed", new Scalar(3L, "3", HERE)),
                        HERE),
                new Problems(),
                new Notices());

        root.section("model").integer("rank", 8);
        root.section("model").number("dropout", 0.5);
        root.string("name");
        root.longIntegerOrNull("seed");
        root.integerOrNull("max_steps");
        root.strings("modules", List.of("q", "v"));

        assertThat(root.defaults())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "model.rank", "8",
                        "model.dropout", "0.5",
                        "seed", "null",
                        "max_steps", "null",
                        "modules", "[q, v]"));
    }
}
