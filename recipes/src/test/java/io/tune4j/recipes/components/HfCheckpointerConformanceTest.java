// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.components;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.component.CheckpointerConformance;
import io.tune4j.testkit.toy.ToyCheckpoints;
import io.tune4j.testkit.toy.ToyDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class HfCheckpointerConformanceTest extends CheckpointerConformance {
    private static final ToyDefinition MODEL = new ToyDefinition(1, false, true);

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: FullModelHFCheckpointer\ncheckpoint_dir: '" + folder + "'";
    }

    @Override
    protected void writeFiles(Path folder) {
        ToyCheckpoints.write(folder, MODEL);
    }

    @Override
    protected Map<String, float[]> weights() {
        return ToyCheckpoints.values(MODEL, "toy.norm.weight");
    }
}
