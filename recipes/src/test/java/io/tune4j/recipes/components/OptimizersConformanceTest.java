// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.components;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.component.OptimizerConformance;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on every optimizer. */
@ParameterizedClass
@MethodSource("names")
class OptimizersConformanceTest extends OptimizerConformance {
    @Parameter
    String name;

    static Stream<String> names() {
        return Bundled.names(OptimizerProvider.class);
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: " + name + "\nlr: 0.01\nweight_decay: 0.01";
    }
}
