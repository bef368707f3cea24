// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.ReferenceKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Weights in four bits, bit for bit: in all dtypes of scales and targets, with whole and padded blocks. */
abstract class DequantizeConformance extends BackendTestCase {
    private static final int BLOCK = 64;

    private FourBitCodes weight(DType scaleDtype, int blocks, int blockSize) {
        byte[] packed = new byte[blocks * blockSize / 2];
        new SplittableRandom(30).nextBytes(packed);
        Tensor codes = Tensor.empty(backend(), DType.UINT8, packed.length);
        backend()
                .write(
                        codes.array(),
                        0,
                        ByteBuffer.allocateDirect(packed.length).put(packed).flip());
        return new FourBitCodes(
                codes, random(scaleDtype, 31, FourBitCodes.LEVELS), random(scaleDtype, 32, blocks), blockSize);
    }

    @Test
    final void dequantizeEqualsTheReference() {
        for (DType scaleDtype : List.of(DType.BFLOAT16, DType.FLOAT32)) {
            for (DType dtype : dtypes()) {
                // The last is more than a thread takes at a time.
                for (int blocks : new int[] {1, 3, 5000}) {
                    equalsTheReference(scaleDtype, dtype, blocks, BLOCK);
                }
                // Their codes are no whole number of words.
                equalsTheReference(scaleDtype, dtype, 7, 6);
            }
        }
    }

    private void equalsTheReference(DType scaleDtype, DType dtype, int blocks, int blockSize) {
        FourBitCodes weight = weight(scaleDtype, blocks, blockSize);
        for (int missing : new int[] {0, 1, 2, blockSize - 1}) {
            Tensor expected = Tensor.empty(backend(), dtype, (long) blocks * blockSize - missing);
            Tensor actual = Tensor.zeros(backend(), dtype, (long) blocks * blockSize - missing);
            ReferenceKernels.dequantize(weight, expected);
            backend().dequantize(weight, actual);
            assertThat(actual.toDoubles())
                    .as("%s from %s, %d blocks of %d without %d", dtype, scaleDtype, blocks, blockSize, missing)
                    .isEqualTo(expected.toDoubles());
        }
    }

    @Test
    final void dequantizeFollowsItsFormula() {
        FourBitCodes weight = weight(DType.FLOAT32, 2, 6);
        float[] levels = weight.levels().toFloats();
        float[] scales = weight.scales().toFloats();
        ByteBuffer codes = ByteBuffer.allocate(6);
        backend().read(weight.codes().array(), 0, codes);
        Tensor target = Tensor.zeros(backend(), DType.FLOAT32, 2, 6);
        backend().dequantize(weight, target);
        float[] values = target.toFloats();
        for (int i = 0; i < values.length; i++) {
            int pair = codes.get(i / 2);
            int code = (i % 2 == 0 ? pair >>> 4 : pair) & 0xf;
            assertThat(values[i]).as("element %d", i).isEqualTo(levels[code] * scales[i / 6]);
        }
    }

    /** A backend may leave such products to others, and then leaves the target alone. */
    @Test
    final void aProductWithCodesIsThatWithTheirValues() {
        for (DType scaleDtype : List.of(DType.BFLOAT16, DType.FLOAT32)) {
            for (DType dtype : dtypes()) {
                for (int rows : new int[] {1, 2, 3, 4, 5, 8, 9}) {
                    multipliesCodes(scaleDtype, dtype, rows, 3, 2, BLOCK);
                    multipliesCodes(scaleDtype, dtype, rows, 70, 5, BLOCK);
                    multipliesCodes(scaleDtype, dtype, rows, 5, 3, 6);
                }
            }
        }
    }

    private void multipliesCodes(DType scaleDtype, DType dtype, int rows, int out, int blocks, int blockSize) {
        FourBitCodes weight = weight(scaleDtype, out * blocks, blockSize);
        int in = blocks * blockSize;
        // Both are parts of wider matrices, as a model's are.
        Tensor x = random(dtype, 36, rows, in + 3).narrow(1, 3, in);
        Tensor wide = Tensor.full(backend(), 7, dtype, rows, out + 2);
        boolean done = backend().multiplyCodes(x, weight, wide.narrow(1, 1, out));
        Tensor values = Tensor.empty(backend(), dtype, out, in);
        backend().dequantize(weight, values);
        double[] w = values.toDoubles();
        double[] from = x.toDoubles();
        double[] actual = wide.toDoubles();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < out + 2; column++) {
                double expected = 7;
                double size = 0;
                if (done && column > 0 && column <= out) {
                    expected = 0;
                    for (int i = 0; i < in; i++) {
                        double product = from[row * in + i] * w[(column - 1) * in + i];
                        expected += product;
                        size += Math.abs(product);
                    }
                }
                assertThat(actual[row * (out + 2) + column])
                        .as("%s from %s, row %d, column %d of %d x %d", dtype, scaleDtype, row, column, out, in)
                        .isCloseTo(expected, within(tolerance(dtype) * size));
            }
        }
    }

    @Test
    final void scalesFollowTheirFormulaBitForBit() {
        for (int size : new int[] {1, 7, 256}) {
            byte[] numbers = new byte[5 * size];
            new SplittableRandom(33).nextBytes(numbers);
            Tensor codes = Tensor.empty(backend(), DType.UINT8, 5, size);
            backend()
                    .write(
                            codes.array(),
                            0,
                            ByteBuffer.allocateDirect(numbers.length)
                                    .put(numbers)
                                    .flip());
            for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
                Tensor factors = random(dtype, 34, 5, 1).plus(40);
                Tensor mean = random(dtype, 35, 1);
                Tensor scales = backend().dequantizeScales(codes, factors, mean);
                assertThat(scales.dtype()).isEqualTo(dtype);
                assertThat(scales.shape()).containsExactly(5L * size);
                assertThat(scales.toDoubles())
                        .as("%s, %d to a factor", dtype, size)
                        .isEqualTo(ReferenceKernels.dequantizeScales(codes, factors, mean)
                                .toDoubles());
                assertThat(scales.toDoubles()[size])
                        .isCloseTo(
                                ((numbers[size] & 0xff) - 128) / factors.toDoubles()[1] + mean.toDoubles()[0],
                                within(4 * tolerance(dtype)));
            }
        }
    }

    @Test
    final void dequantizeWritesOnlyIntoItsTarget() {
        FourBitCodes weight = weight(DType.BFLOAT16, 4, BLOCK);
        Tensor buffer = Tensor.full(backend(), 7, DType.BFLOAT16, 6 * BLOCK);
        backend().dequantize(weight.blocks(1, 2), buffer.rows(2 * BLOCK, 2 * BLOCK));
        double[] values = buffer.toDoubles();
        Tensor whole = Tensor.empty(backend(), DType.BFLOAT16, 4 * BLOCK);
        ReferenceKernels.dequantize(weight, whole);
        double[] expected = whole.toDoubles();
        for (int i = 0; i < values.length; i++) {
            boolean inside = i >= 2 * BLOCK && i < 4 * BLOCK;
            assertThat(values[i]).as("element %d", i).isEqualTo(inside ? expected[i - BLOCK] : 7);
        }
    }
}
