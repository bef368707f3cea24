// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.LibUtils;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DjlBackendFactoryTest {
    private final DjlBackendFactory factory = new DjlBackendFactory();

    private Backend create(String device) {
        return factory.create(new BackendOptions(Device.parse(device), DType.FLOAT32, 1, notice -> {}));
    }

    @Test
    void theBundledLibraryIsLoadedFromWhereItLies() {
        try (Backend backend = create("cpu")) {
            assertThat(backend.capabilities().description()).contains("libtorch 2.7.1 through DJL, cpu");
            assertThat(LibUtils.getLibtorchPath()).isEqualTo(System.getProperty("tune4j.djl.natives"));
            assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
            assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        }
    }

    @Test
    void withoutAGpuCudaIsRefusedWithWhatWasFoundAndWhatToDo() {
        assumeThat(factory.devices()).containsExactly(Device.CPU);
        assertThatThrownBy(() -> create("cuda:1"))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll(
                        "device 'cuda:1' is not usable",
                        "libtorch 2.7.1 cpu in",
                        "usable GPUs: 0",
                        "PYTORCH_LIBRARY_PATH",
                        "libc10_cuda".replace("lib", ""),
                        "device=cpu");
    }

    /** Shapes are computed in Java: one that is wrong would misread memory. */
    @Test
    void shapesThatDoNotFitAreRefusedBeforeTheNativeSide() {
        try (Backend backend = create("cpu");
                Tensor a = Tensor.zeros(backend, DType.FLOAT32, 2, 3);
                Tensor b = Tensor.zeros(backend, DType.FLOAT32, 2, 4)) {
            assertThatThrownBy(() -> a.plus(b)).isInstanceOf(InternalException.class);
            assertThatThrownBy(() -> a.matmul(b)).isInstanceOf(InternalException.class);
            assertThatThrownBy(() -> a.reshape(-1, 4)).isInstanceOf(InternalException.class);
            assertThatThrownBy(() -> a.transpose(0, 2)).isInstanceOf(InternalException.class);
        }
    }
}
