// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.recipes.optimizer.Optimizers;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Readers and contexts for components in tests. */
public final class Readers {
    private Readers() {}

    /** For components that contain no others and need no folders. */
    public static ComponentContext context() {
        return new ComponentContext(ComponentRegistry.of(List.of()), null, null);
    }

    /** AdamW's options, or another optimizer's that {@code _component_} names. */
    public static OptimizerProvider optimizer(String yaml) {
        ConfigReader section =
                Sections.of(yaml.contains("_component_") ? yaml : "{_component_: AdamW, " + yaml.substring(1));
        OptimizerProvider made = new ComponentRegistry(
                        Map.of(), Map.of(), Map.of(), Map.of(), Optimizers.all(), List.of(), Map.of())
                .create(OptimizerProvider.class, section, context());
        assertThat(section.problems().all()).isEmpty();
        return Objects.requireNonNull(made);
    }
}
