// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.backend.BackendConformance;

class JavaBackendConformanceTest extends BackendConformance {
    @Override
    protected BackendFactory factory() {
        return new JavaBackendFactory();
    }

    @Override
    protected int memoryIterations() {
        return 10;
    }

    @Override
    protected boolean reachesOthers() {
        return true;
    }
}
