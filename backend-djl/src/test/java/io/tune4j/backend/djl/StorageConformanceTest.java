package io.tune4j.backend.djl;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.backend.StorageConformance;

class StorageConformanceTest extends StorageConformance {
    @Override
    protected BackendFactory factory() {
        return new DjlBackendFactory();
    }
}
