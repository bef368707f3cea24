// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.ActivationStore.Stored;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.cuda.CudaBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that need a GPU: running kernels, overlapping copies, exhausted memory. Skipped without a usable GPU. */
class CudaBackendTest {
    private static final int SIZE = 4096;

    private CudaBackend backend;
    private TensorScope scope;

    @BeforeAll
    static void needsGpu() {
        FirstGpu.assumeUsable();
    }

    @BeforeEach
    void open() {
        backend = FirstGpu.open();
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor random(long seed, DType dtype, long... shape) {
        return Tensor.uniform(backend, seed, DType.FLOAT32, shape).plus(-0.5).cast(dtype);
    }

    /** Keeps the GPU busy for some milliseconds. */
    private void work() {
        try (TensorScope inner = TensorScope.open()) {
            Tensor square = Tensor.full(backend, 1e-3, DType.FLOAT32, SIZE, SIZE);
            for (int i = 0; i < 4; i++) {
                square.matmul(square);
            }
        }
    }

    @Test
    void hasKernelsOfItsOwn() {
        assertThat(backend.capabilities().description()).contains("kernels compiled for it");
        assertThat(backend.computesAhead()).isTrue();
    }

    @Test
    void readsANumberAsItWas() {
        Tensor number = Tensor.full(backend, 1, DType.FLOAT32);
        work();
        try (Backend.Reading before = backend.read(number)) {
            number.addInPlace(number, 1);
            work();
            try (Backend.Reading after = backend.read(number)) {
                assertThat(after.value()).isEqualTo(2);
                assertThat(before.value()).isEqualTo(1);
            }
        }
    }

    @Test
    void offloadedActivationsComeBackAsTheyWere(@TempDir Path folder) {
        try (ActivationStore store = backend.activationStore(folder)) {
            assertThat(store.describe()).isEqualTo("pinned host memory");
            for (int step = 0; step < 3; step++) {
                List<Stored> layers = new ArrayList<>();
                for (int layer = 0; layer < 8; layer++) {
                    try (TensorScope inner = TensorScope.open()) {
                        layers.add(store.put(random(layer, DType.BFLOAT16, 512, SIZE)));
                        work();
                    }
                }
                for (int layer = 7; layer >= 0; layer--) {
                    try (TensorScope inner = TensorScope.open()) {
                        work();
                        float[] taken = layers.get(layer).take().toFloats();
                        assertThat(taken)
                                .isEqualTo(
                                        random(layer, DType.BFLOAT16, 512, SIZE).toFloats());
                    }
                }
            }
        }
    }

    @Test
    void attentionRepeatsItselfBitForBit() {
        AttentionShape shape = new AttentionShape(8, 2, 64);
        SequenceLayout layout = SequenceLayout.ofLengths(700, 3, 1200, 145);
        Tensor fused = random(1, DType.BFLOAT16, layout.rows(), shape.fusedSize());
        Tensor incoming = random(2, DType.BFLOAT16, layout.rows(), shape.querySize());
        List<float[]> gradients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Attended attended = backend.attention(fused, layout, shape);
            assertThat(attended.statistics().shape()).containsExactly(8, layout.rows());
            gradients.add(backend.attentionBackward(incoming, fused, attended, layout, shape)
                    .toFloats());
        }
        assertThat(gradients.get(1)).isEqualTo(gradients.get(0));
        assertThat(gradients.get(2)).isEqualTo(gradients.get(0));
    }

    @Test
    void memoryIsCounted() {
        backend.resetPeakMemory();
        long before = backend.memory().current();
        Tensor.zeros(backend, DType.FLOAT32, 1 << 20, 64).close();
        assertThat(backend.memory().current()).isEqualTo(before);
        assertThat(backend.memory().peak() - before).isEqualTo(256L << 20);
        assertThat(backend.memory().reserved()).isGreaterThanOrEqualTo(256L << 20);
    }

    @Test
    void saysThatItsMemoryIsFullAndGoesOn() {
        assertThatThrownBy(() -> Tensor.empty(backend, DType.FLOAT32, 1L << 40))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("memory");
        assertThat(Tensor.full(backend, 3, DType.FLOAT32, 4).sum().item()).isEqualTo(12);
    }
}
