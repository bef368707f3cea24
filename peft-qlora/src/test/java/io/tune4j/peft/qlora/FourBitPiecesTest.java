// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.engine.shapes.ShapeBackend;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/** However a weight is divided into pieces, its products are those of the unpacked whole. */
class FourBitPiecesTest {
    private static final Scheme SCHEME = new Scheme(Scheme.NF4, 64, 256);

    private static final Backend BACKEND =
            new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, warning -> {}));

    @AfterContainer
    static void close() {
        BACKEND.close();
    }

    @Property(tries = 100)
    void productsAreThoseOfTheWhole(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 150) Integer> rows,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 8000) int most) {
        // Odd ones too: a byte of codes may belong to two rows.
        int in = 6 * width + 2 * (width % 3);
        try (TensorScope scope = TensorScope.open()) {
            List<FourBitMatrix> matrices = new ArrayList<>();
            for (int count : rows) {
                Tensor weight =
                        Tensor.uniform(BACKEND, count, DType.FLOAT32, count, in).plus(-0.5);
                matrices.add(FourBitMatrix.quantize(
                        weight, SCHEME, Rounding.FLOAT32, new CodeTable(SCHEME.levels(Rounding.FLOAT32))));
            }
            UnpackSpace space = new UnpackSpace(BACKEND, DType.FLOAT32, SCHEME.levels(Rounding.FLOAT32));
            try (FourBitWeight weight = new FourBitWeight(matrices, in, DType.FLOAT32, space, most)) {
                check(weight, in);
            }
        }
    }

    /** Bytes that a weight's piece takes, of a backend that only counts. */
    private static long pieceBytes(ShapeBackend backend) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.empty(backend, DType.FLOAT32, 20_000, 2_048);
            FourBitMatrix matrix = FourBitMatrix.quantize(
                    weight, SCHEME, Rounding.FLOAT32, new CodeTable(SCHEME.levels(Rounding.FLOAT32)));
            UnpackSpace space = new UnpackSpace(backend, DType.FLOAT32, SCHEME.levels(Rounding.FLOAT32));
            try (FourBitWeight whole = new FourBitWeight(List.of(matrix), 2_048, DType.FLOAT32, space)) {
                Tensor x = Tensor.empty(backend, DType.FLOAT32, 1, 2_048);
                long before = backend.meter().current();
                try (Tensor y = whole.multiply(x)) {
                    return backend.meter().current() - before - y.byteSize();
                }
            }
        }
    }

    @Example
    void whatCountsMemoryKnowsThatAGpuUnpacksMoreAtOnce() {
        ShapeBackend host = new ShapeBackend();
        assertThat(pieceBytes(host)).isBetween(60L << 20, 65L << 20);
        assertThat(pieceBytes(new ShapeBackend(Device.parse("cuda"), host)))
                .isBetween(20_000L * 2_048 * Float.BYTES, 20_100L * 2_048 * Float.BYTES);
    }

    private static void check(FourBitWeight weight, int in) {
        long out = weight.outFeatures();
        Tensor whole = weight.dense(DType.FLOAT32);
        Tensor x = Tensor.uniform(BACKEND, 1, DType.FLOAT32, 5, in);
        Tensor dy = Tensor.uniform(BACKEND, 2, DType.FLOAT32, 5, out);
        Tensor low = Tensor.uniform(BACKEND, 3, DType.FLOAT32, 5, 2);
        Tensor up = Tensor.uniform(BACKEND, 4, DType.FLOAT32, 2, out);
        Tensor down = Tensor.uniform(BACKEND, 5, DType.FLOAT32, 2, in);
        Tensor y = x.matmul(whole.transposed());
        Tensor dx = dy.matmul(whole);
        same(weight.multiply(x), y);
        same(weight.multiply(x, low, up), y.plus(low.matmul(up)));
        same(weight.multiplyBackward(dy), dx);
        same(weight.multiplyBackward(dy, low, down), dx.plus(low.matmul(down)));
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] wanted = expected.toFloats();
        float[] found = actual.toFloats();
        for (int i = 0; i < wanted.length; i++) {
            assertThat(found[i]).isCloseTo(wanted[i], within(2e-4f));
        }
    }
}
