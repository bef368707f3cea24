// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.TestBackends;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kernels in C check nothing, so operands that do not fit must not reach it: they are refused, not read beyond. */
class NativeOperandsTest {
    private CpuBackend backend;
    private TensorScope scope;

    @BeforeEach
    void open() {
        backend = TestBackends.usual(2);
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor zeros(DType dtype, long... shape) {
        return Tensor.zeros(backend, dtype, shape);
    }

    @Test
    void labelsBeyondTheLogitsAreRefused() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            for (long label : new long[] {64, -1, Integer.MAX_VALUE}) {
                Tensor labels = Tensor.ofLongs(backend, 3, label);
                assertThatThrownBy(() -> backend.crossEntropyInPlace(zeros(dtype, 2, 64), labels))
                        .as("%s %d", dtype, label)
                        .isInstanceOf(RuntimeException.class);
            }
        }
    }

    @Test
    void productsOfOtherSizesAreRefused() {
        Tensor a = zeros(DType.BFLOAT16, 64, 64);
        assertThatThrownBy(() -> a.matmul(zeros(DType.BFLOAT16, 96, 64))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> zeros(DType.BFLOAT16, 64, 32).matmulInPlace(a, a, 0, 1))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> zeros(DType.FLOAT32, 64, 64).matmulInPlace(a, a, 0, 1))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void weightsOfOtherWidthsAreRefused() {
        Tensor x = zeros(DType.BFLOAT16, 4, 64);
        assertThatThrownBy(() -> backend.rmsNorm(x, zeros(DType.BFLOAT16, 32), 1e-5))
                .isInstanceOf(RuntimeException.class);
    }
}
