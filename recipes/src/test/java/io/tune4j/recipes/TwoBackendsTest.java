// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.djl.DjlPlugin;
import io.tune4j.recipes.testing.TestedBackend;
import org.junit.jupiter.api.Test;

class TwoBackendsTest {
    @Test
    void twoLibtorchDoNotShareAProcess() {
        BackendOptions options = new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {});
        try (Backend first = TestedBackend.factory().create(options)) {
            assertThatThrownBy(() -> new DjlPlugin().backends().get(0).create(options))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll(
                            "backend 'djl' cannot be loaded",
                            "'" + first.name() + "' has loaded its own libtorch",
                            "a process of its own");
        }
    }
}
