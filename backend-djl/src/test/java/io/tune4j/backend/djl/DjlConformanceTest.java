// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.testkit.backend.BackendConformance;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DjlConformanceTest extends BackendConformance {
    @Override
    protected BackendFactory factory() {
        return new DjlBackendFactory();
    }

    @Test
    void severalWorkersAreRefused() {
        Place place = new Place("127.0.0.1", 29_500, 0, 2, Duration.ofSeconds(2));
        try (Backend backend = factory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}))) {
            assertThatThrownBy(() -> backend.collective(place))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("--nproc_per_node 1");
        }
    }
}
