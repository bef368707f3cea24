package com.example.tune4j.qwen;

import io.tune4j.api.model.ModelFamily;
import io.tune4j.testkit.model.ModelFamilyConformance;
import java.nio.file.Path;

class QwenConformanceTest extends ModelFamilyConformance {
    @Override
    protected ModelFamily family() {
        return new QwenFamily();
    }

    @Override
    protected String model() {
        return "_component_: example_qwen";
    }

    @Override
    protected Path golden() {
        return Path.of("src/test/resources/golden");
    }
}
