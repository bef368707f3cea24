// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.TestBackends;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A CPU without bf16 units: every product is the exact one of the bf16 operands, rounded once. */
class WideProductsTest {
    private CpuBackend backend;

    @BeforeEach
    void open() {
        backend = TestBackends.plain(1);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private Tensor random(long seed, long... shape) {
        return Tensor.uniform(backend, seed, DType.FLOAT32, shape).plus(-0.5).cast(DType.BFLOAT16);
    }

    private static void assertRounded(Tensor narrow, Tensor exact) {
        float[] actual = narrow.cast(DType.FLOAT32).toFloats();
        float[] expected = exact.cast(DType.FLOAT32).toFloats();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            // Half a unit in the last place of bf16, and what the order of an fp32 sum may change.
            assertThat(actual[i]).isCloseTo(expected[i], Offset.offset(Math.abs(expected[i]) / 256f + 1e-4f));
        }
    }

    @Test
    void productsAreThoseOfFp32() {
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = random(1, 7, 33);
            Tensor b = random(2, 33, 5);
            assertRounded(a.matmul(b), a.cast(DType.FLOAT64).matmul(b.cast(DType.FLOAT64)));
            Tensor weight = random(3, 5, 33);
            assertRounded(
                    a.matmul(weight.transposed()),
                    a.cast(DType.FLOAT64).matmul(weight.cast(DType.FLOAT64).transposed()));
        }
    }

    @Test
    void largeWeightsAreWidenedInParts() {
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = random(1, 3, 4100);
            Tensor wideWeight = random(2, 4100, 4200);
            assertRounded(a.matmul(wideWeight), a.cast(DType.FLOAT32).matmul(wideWeight.cast(DType.FLOAT32)));
            Tensor dy = random(3, 3, 4200);
            Tensor back = wideWeight.transposed();
            assertRounded(dy.matmul(back), dy.cast(DType.FLOAT32).matmul(back.cast(DType.FLOAT32)));
        }
    }

    @Test
    void sumsWithWhatWasThereAreRoundedOnce() {
        try (TensorScope scope = TensorScope.open()) {
            Tensor target = random(1, 6, 9);
            Tensor a = random(2, 6, 4);
            Tensor b = random(3, 4, 5);
            Tensor expected = target.narrow(1, 2, 5)
                    .cast(DType.FLOAT64)
                    .times(0.5)
                    .plus(a.cast(DType.FLOAT64).matmul(b.cast(DType.FLOAT64)).times(3));
            target.narrow(1, 2, 5).matmulInPlace(a, b, 0.5, 3);
            assertRounded(target.narrow(1, 2, 5).contiguous(), expected);
        }
    }

    @Test
    void attentionIsThatOfFp32() {
        AttentionShape shape = new AttentionShape(4, 2, 8);
        SequenceLayout layout = SequenceLayout.ofLengths(5, 140, 1);
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = random(1, 146, shape.fusedSize());
            Tensor wide = fused.cast(DType.FLOAT32);
            var attended = backend.attention(fused, layout, shape);
            assertRounded(
                    attended.output(), backend.attention(wide, layout, shape).output());
            Tensor dy = random(2, 146, shape.querySize());
            assertRounded(
                    backend.attentionBackward(dy, fused, attended, layout, shape),
                    backend.attentionBackward(dy.cast(DType.FLOAT32), wide, attended, layout, shape));
        }
    }
}
