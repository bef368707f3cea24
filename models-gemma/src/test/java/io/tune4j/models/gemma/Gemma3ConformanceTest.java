// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.gemma;

import io.tune4j.api.model.ModelFamily;
import io.tune4j.testkit.model.ModelFamilyConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

@Tag("exhaustive")
class Gemma3ConformanceTest extends ModelFamilyConformance {
    @Override
    protected ModelFamily family() {
        return new GemmaPlugin().models().get(0);
    }

    @Override
    protected String model() {
        return "_component_: gemma3";
    }

    @Override
    protected Path golden() {
        return Path.of("src/test/resources/golden/gemma3");
    }
}
