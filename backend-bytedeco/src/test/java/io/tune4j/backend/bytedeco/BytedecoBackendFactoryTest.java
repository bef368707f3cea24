// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class BytedecoBackendFactoryTest {
    private final BytedecoBackendFactory factory = new BytedecoBackendFactory();
    private final List<String> notices = new ArrayList<>();

    private Backend create(String device, DType dtype, int threads) {
        return factory.create(new BackendOptions(Device.parse(device), dtype, threads, notices::add));
    }

    @Test
    void withoutAGpuCudaIsRefusedWithWhatWasFoundAndWhatToDo() {
        assumeThat(factory.devices()).containsExactly(Device.CPU);
        assertThatThrownBy(() -> create("cuda", DType.FLOAT32, 1))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("device 'cuda:0' is not usable")
                .hasMessageContaining("driver:")
                .hasMessageContaining("library: libtorch")
                .hasMessageContaining("usable GPUs: 0")
                .hasMessageContaining("Next:")
                .hasMessageContaining("device=cpu");
    }

    @Test
    void aGpuBeyondTheCountIsRefused() {
        assertThatThrownBy(() -> create("cuda:4095", DType.FLOAT32, 1))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("device 'cuda:4095' is not usable")
                .hasMessageContaining("usable GPUs: " + (factory.devices().size() - 1));
    }

    @Test
    void fp16OnTheCpuIsRefusedWithAlternatives() {
        assertThatThrownBy(() -> create("cpu", DType.FLOAT16, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fp16")
                .hasMessageContaining("dtype=bf16");
    }

    @Test
    void unknownDevicesAreRefusedByName() {
        assertThatThrownBy(() -> create("npu:3", DType.FLOAT32, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("'npu:3'")
                .hasMessageContaining("cpu and cuda");
    }

    @Test
    void theThreadCountIsHonoured() {
        for (int threads : new int[] {1, 2}) {
            try (Backend backend = create("cpu", DType.FLOAT32, threads)) {
                assertThat(torch.get_num_threads())
                        .as("kernels are divided among threads of ours")
                        .isEqualTo(1);
                assertThat(backend.capabilities().threads()).isEqualTo(threads);
                assertThat(backend.capabilities().threads()).isEqualTo(threads);
                assertThat(backend.capabilities().description()).contains(threads + " threads");
            }
        }
        try (Backend backend = create("cpu", DType.FLOAT32, 0)) {
            int cores = HostProcessor.detect().physicalCores();
            assertThat(backend.capabilities().threads()).isEqualTo(cores);
            assertThat(backend.capabilities().threads()).isEqualTo(cores);
        }
    }

    @Test
    void bf16IsAnnouncedWhereItIsEmulatedAndOnlyThere() {
        create("cpu", DType.FLOAT32, 1).close();
        assertThat(notices).isEmpty();
        try (Backend backend = create("cpu", DType.BFLOAT16, 1)) {
            boolean emulated = !backend.capabilities().nativeDtypes().contains(DType.BFLOAT16);
            assertThat(notices).hasSize(emulated ? 1 : 0);
            assertThat(notices).allMatch(notice -> notice.contains("no bf16 units") && notice.contains("dtype=fp32"));
            assertThat(emulated).isEqualTo(!HostProcessor.detect().hasBf16());
        }
    }

    @Test
    void theLeakDetectorNamesTheMaker() {
        assumeThat(LeakDetector.enabled()).isTrue();
        try (Backend backend = create("cpu", DType.FLOAT32, 1)) {
            int before = LeakDetector.liveCount();
            Tensor forgotten = makeAndForget(backend);
            assertThat(LeakDetector.liveCount()).isEqualTo(before + 1);
            assertThat(LeakDetector.describeLive()).anySatisfy(text -> assertThat(text)
                    .contains("Tensor[3, 5] fp32")
                    .contains("BytedecoBackendFactoryTest.makeAndForget"));
            forgotten.close();
            assertThat(LeakDetector.liveCount()).isEqualTo(before);
        }
    }

    private static Tensor makeAndForget(Backend backend) {
        return Tensor.zeros(backend, DType.FLOAT32, 3, 5);
    }

    @Test
    void aClosedTensorIsNotUsedAgain() {
        try (Backend backend = create("cpu", DType.FLOAT32, 1)) {
            Tensor tensor = Tensor.zeros(backend, DType.FLOAT32, 3);
            tensor.close();
            tensor.close();
            assertThatThrownBy(() -> tensor.plus(1)).isInstanceOf(IllegalStateException.class);
        }
    }
}
