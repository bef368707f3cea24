// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.backend.BackendConformance;

class BytedecoConformanceTest extends BackendConformance {
    @Override
    protected BackendFactory factory() {
        return new BytedecoBackendFactory();
    }

    @Override
    protected boolean reachesOthers() {
        return true;
    }
}
