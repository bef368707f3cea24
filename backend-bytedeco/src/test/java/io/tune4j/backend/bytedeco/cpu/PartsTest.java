// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.TestBackends;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts on several threads give what one thread gives. */
class PartsTest {
    private static final AttentionShape SHAPE = new AttentionShape(6, 2, 8);
    private static final int ROWS = 700;

    private CpuBackend one;
    private CpuBackend three;

    @BeforeEach
    void open() {
        one = TestBackends.plain(1);
        three = TestBackends.plain(3);
    }

    @AfterEach
    void close() {
        three.close();
        one.close();
    }

    private static void assertSame(Function<CpuBackend, List<Tensor>> kernel, CpuBackend a, CpuBackend b, DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> expected = kernel.apply(a);
            List<Tensor> actual = kernel.apply(b);
            for (int i = 0; i < expected.size(); i++) {
                float[] exact = expected.get(i).cast(DType.FLOAT32).toFloats();
                float[] found = actual.get(i).cast(DType.FLOAT32).toFloats();
                assertThat(found).hasSameSizeAs(exact);
                float unit = dtype == DType.BFLOAT16 ? 1f / 128 : 1e-5f;
                for (int k = 0; k < found.length; k++) {
                    assertThat(found[k]).isCloseTo(exact[k], Offset.offset(unit * Math.max(1, Math.abs(exact[k]))));
                }
            }
        }
    }

    private static Tensor random(CpuBackend backend, long seed, DType dtype, long... shape) {
        return Tensor.uniform(backend, seed, DType.FLOAT32, shape).plus(-0.5).cast(dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "BFLOAT16"})
    void kernelsOfRows(DType dtype) {
        assertSame(
                backend -> {
                    List<Tensor> results = new ArrayList<>();
                    Tensor x = random(backend, 1, dtype, ROWS, 640);
                    Tensor weight = random(backend, 2, dtype, 640);
                    Normalized normalized = backend.rmsNorm(x, weight, 1e-5);
                    results.add(normalized.output());
                    results.add(normalized.inverseRms());
                    Tensor dy = random(backend, 3, dtype, ROWS, 640);
                    results.add(backend.rmsNormBackward(dy, x, weight, normalized.inverseRms()));
                    results.add(backend.swiGlu(x));
                    results.add(backend.swiGluBackward(random(backend, 4, dtype, ROWS, 320), x));
                    Tensor fused = random(backend, 5, dtype, ROWS, SHAPE.fusedSize());
                    backend.rotaryInPlace(
                            fused, random(backend, 6, dtype, ROWS, 4), random(backend, 7, dtype, ROWS, 4), SHAPE, true);
                    results.add(fused);
                    return results;
                },
                one,
                three,
                dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void attention(DType dtype) {
        for (SequenceLayout layout : List.of(
                SequenceLayout.ofLengths(ROWS),
                SequenceLayout.ofLengths(300, 1, 399),
                SequenceLayout.ofLengths(50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 100))) {
            assertSame(
                    backend -> {
                        Tensor fused = random(backend, 1, dtype, ROWS, SHAPE.fusedSize());
                        Attended attended = backend.attention(fused, layout, SHAPE);
                        Tensor dy = random(backend, 2, dtype, ROWS, SHAPE.querySize());
                        return List.of(
                                attended.output(), backend.attentionBackward(dy, fused, attended, layout, SHAPE));
                    },
                    one,
                    three,
                    dtype);
        }
    }
}
