package io.tune4j.backend.djl;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.backend.KernelConformance;

class KernelConformanceTest extends KernelConformance {
    @Override
    protected BackendFactory factory() {
        return new DjlBackendFactory();
    }
}
