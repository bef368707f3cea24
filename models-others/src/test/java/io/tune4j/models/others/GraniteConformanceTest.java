// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import io.tune4j.api.model.ModelFamily;
import io.tune4j.testkit.model.ModelFamilyConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

@Tag("exhaustive")
class GraniteConformanceTest extends ModelFamilyConformance {
    @Override
    protected ModelFamily family() {
        return new OthersPlugin().models().get(1);
    }

    @Override
    protected String model() {
        return "_component_: granite";
    }

    @Override
    protected Path golden() {
        return Path.of("src/test/resources/golden/granite");
    }
}
