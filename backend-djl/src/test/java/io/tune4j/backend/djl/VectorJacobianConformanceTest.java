package io.tune4j.backend.djl;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.autograd.VectorJacobianConformance;

class VectorJacobianConformanceTest extends VectorJacobianConformance {
    @Override
    protected BackendFactory factory() {
        return new DjlBackendFactory();
    }
}
