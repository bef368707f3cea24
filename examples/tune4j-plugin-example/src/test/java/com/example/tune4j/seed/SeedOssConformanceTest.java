package com.example.tune4j.seed;

import io.tune4j.api.model.ModelFamily;
import io.tune4j.testkit.model.ModelFamilyConformance;
import java.nio.file.Path;

class SeedOssConformanceTest extends ModelFamilyConformance {
    @Override
    protected ModelFamily family() {
        return new SeedOssFamily();
    }

    @Override
    protected String model() {
        return "_component_: seed_oss";
    }

    @Override
    protected Path golden() {
        return Path.of("src/test/resources/golden");
    }
}
