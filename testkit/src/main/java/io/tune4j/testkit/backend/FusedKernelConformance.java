// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.BlockQuantization;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.backend.ReferenceKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Norm, SwiGLU, cross-entropies and AdamW against {@link ReferenceKernels} and, in fp64, their scalar formulas. */
abstract class FusedKernelConformance extends BackendTestCase {
    /** Error allowed against a composition that rounds at other places. */
    static double loose(DType dtype) {
        return dtype == DType.BFLOAT16 || dtype == DType.FLOAT16 ? 2 * tolerance(dtype) : tolerance(dtype);
    }

    @Test
    final void rmsNormAndItsBackward() {
        for (DType dtype : dtypes()) {
            for (long rows : new long[] {1, 5, 64}) {
                rmsNormAndItsBackward(dtype, dtype, rows);
                if (dtype.byteSize() < DType.FLOAT32.byteSize()) {
                    rmsNormAndItsBackward(dtype, DType.FLOAT32, rows);
                }
            }
        }
        Tensor x = random(DType.FLOAT64, 4, 3, 8);
        Tensor weight = random(DType.FLOAT64, 5, 8);
        Host square = Host.of(x).map(v -> v * v).reduce(1, 0, Double::sum).map(s -> 1 / Math.sqrt(s / 8 + 1e-6));
        Host formula = Host.of(x).zip(square, (v, r) -> v * r).zip(Host.of(weight), (v, w) -> v * w);
        assertClose(backend().rmsNorm(x, weight, 1e-6).output(), formula, 1e-12, "the norm's formula");
    }

    private void rmsNormAndItsBackward(DType dtype, DType weightDtype, long rows) {
        Tensor x = random(dtype, 1, rows, 48);
        Tensor weight = random(weightDtype, 2, 48);
        Tensor dy = random(dtype, 3, rows, 48);
        Normalized expected = ReferenceKernels.rmsNorm(x, weight, 1e-5);
        Normalized actual = backend().rmsNorm(x, weight, 1e-5);
        assertClose(actual.output(), expected.output(), loose(dtype), "rmsNorm " + dtype);
        assertThat(actual.inverseRms().shape()).containsExactly(rows, 1);
        assertClose(actual.inverseRms(), Host.of(expected.inverseRms()), loose(dtype), "inverse rms " + dtype);
        assertClose(
                backend().rmsNormBackward(dy, x, weight, actual.inverseRms()),
                ReferenceKernels.rmsNormBackward(dy, x, weight, expected.inverseRms()),
                loose(dtype),
                "rmsNormBackward " + dtype);
        Tensor weightGradient = backend().rmsNormWeightBackward(dy, x, actual.inverseRms());
        assertThat(weightGradient.shape()).containsExactly(48);
        assertThat(weightGradient.dtype()).isEqualTo(dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
        assertClose(
                weightGradient,
                ReferenceKernels.rmsNormWeightBackward(dy, x, expected.inverseRms()),
                loose(dtype == DType.FLOAT64 ? dtype : DType.FLOAT32),
                "rmsNormWeightBackward " + dtype);
    }

    @Test
    final void swiGluAndItsBackward() {
        for (DType dtype : dtypes()) {
            for (long rows : new long[] {1, 7, 130}) {
                // Widths of models are multiples of a vector, for which a backend may have other kernels.
                for (long width : new long[] {36, 48}) {
                    Tensor gateUp = random(dtype, 6, rows, 2 * width);
                    Tensor dy = random(dtype, 7, rows, width);
                    assertClose(
                            backend().swiGlu(gateUp), ReferenceKernels.swiGlu(gateUp), loose(dtype), "swiGlu " + dtype);
                    assertClose(
                            backend().swiGluBackward(dy, gateUp),
                            ReferenceKernels.swiGluBackward(dy, gateUp),
                            loose(dtype),
                            "swiGluBackward " + dtype);
                }
            }
        }
        Tensor gateUp = random(DType.FLOAT64, 8, 3, 10);
        Host both = Host.of(gateUp);
        Host formula = both.narrow(1, 0, 5).zip(both.narrow(1, 5, 5), (g, u) -> g / (1 + Math.exp(-g)) * u);
        assertClose(backend().swiGlu(gateUp), formula, 1e-12, "SwiGLU's formula");
        Tensor extreme = new Host(new double[] {-1e4, 1e4, 2, 2}, 1, 4).on(backend(), DType.FLOAT32);
        assertThat(backend().swiGlu(extreme).toDoubles()[0]).isZero();
        assertThat(backend().swiGlu(extreme).toDoubles()[1]).isEqualTo(2e4);
    }

    /** Products with a weight in fp32 are rounded once. */
    @Test
    final void rmsNormWithAWiderWeight() {
        for (DType dtype : dtypes()) {
            Tensor x = random(dtype, 1, 7, 48);
            Tensor weight = random(dtype == DType.FLOAT64 ? dtype : DType.FLOAT32, 2, 48);
            Tensor dy = random(dtype, 3, 7, 48);
            Normalized expected = ReferenceKernels.rmsNorm(x, weight, 1e-5);
            Normalized actual = backend().rmsNorm(x, weight, 1e-5);
            assertThat(actual.output().dtype()).isEqualTo(dtype);
            assertClose(actual.output(), expected.output(), loose(dtype), "rmsNorm " + dtype);
            Tensor gradient = backend().rmsNormBackward(dy, x, weight, actual.inverseRms());
            assertThat(gradient.dtype()).isEqualTo(dtype);
            assertClose(
                    gradient,
                    ReferenceKernels.rmsNormBackward(dy, x, weight, expected.inverseRms()),
                    loose(dtype),
                    "rmsNormBackward " + dtype);
        }
    }

    @Test
    final void geGluAndItsBackward() {
        for (DType dtype : dtypes()) {
            for (long rows : new long[] {1, 7, 130}) {
                for (long width : new long[] {36, 48}) {
                    Tensor gateUp = random(dtype, 6, rows, 2 * width);
                    Tensor dy = random(dtype, 7, rows, width);
                    assertClose(
                            backend().geGlu(gateUp), ReferenceKernels.geGlu(gateUp), loose(dtype), "geGlu " + dtype);
                    assertClose(
                            backend().geGluBackward(dy, gateUp),
                            ReferenceKernels.geGluBackward(dy, gateUp),
                            loose(dtype),
                            "geGluBackward " + dtype);
                }
            }
        }
        Tensor gateUp = random(DType.FLOAT64, 8, 3, 10);
        Host both = Host.of(gateUp);
        double scale = Math.sqrt(2 / Math.PI);
        Host formula = both.narrow(1, 0, 5)
                .zip(both.narrow(1, 5, 5), (g, u) -> g / 2 * (1 + Math.tanh(scale * (g + 0.044715 * g * g * g))) * u);
        assertClose(backend().geGlu(gateUp), formula, 1e-12, "GeGLU's formula");
        Tensor extreme = new Host(new double[] {-1e4, 1e4, 2, 2}, 1, 4).on(backend(), DType.FLOAT32);
        assertThat(backend().geGlu(extreme).toDoubles()[0]).isZero();
        assertThat(backend().geGlu(extreme).toDoubles()[1]).isEqualTo(2e4);
    }

    @Test
    final void cappedCrossEntropyIsThatOfCappedLogits() {
        Tensor hidden = random(DType.FLOAT64, 12, 5, 4).times(2);
        Tensor weight = random(DType.FLOAT64, 13, 9, 4);
        Tensor labels = labels(5, 9);
        Tensor capped = hidden.matmul(weight.transposed())
                .times(1 / 1.5)
                .apply(UnaryFunction.TANH)
                .times(1.5);
        double expected = ReferenceKernels.crossEntropyInPlace(capped, labels).item();
        double actual = backend()
                .cappedCrossEntropy(hidden, weight, labels, 1.5, false)
                .lossSum()
                .item();
        assertThat(actual).isBetween(expected - 1e-12, expected + 1e-12);
    }

    private Tensor labels(int count, int vocabulary) {
        SplittableRandom random = new SplittableRandom(9);
        return Tensor.ofLongs(backend(), random.longs(count, 0, vocabulary).toArray());
    }

    @Test
    final void crossEntropyInPlace() {
        for (DType dtype : dtypes()) {
            for (int rows : new int[] {1, 6, 150}) {
                for (int vocabulary : new int[] {37, 64}) {
                    Tensor labels = labels(rows, vocabulary);
                    Tensor logits = random(dtype, 10, rows, vocabulary).timesInPlace(3);
                    Tensor reference = logits.copy();
                    Tensor expected = ReferenceKernels.crossEntropyInPlace(reference, labels);
                    Tensor loss = backend().crossEntropyInPlace(logits, labels);
                    assertClose(loss, expected, loose(dtype), "loss " + dtype);
                    assertThat(loss.rank()).isZero();
                    assertClose(logits, reference, loose(dtype), "gradient of the logits " + dtype);
                }
            }
        }
        Tensor huge = new Host(new double[] {1e4, 0, -1e4}, 1, 3).on(backend(), DType.FLOAT32);
        assertThat(backend()
                        .crossEntropyInPlace(huge, Tensor.ofLongs(backend(), 1))
                        .item())
                .isEqualTo(1e4);
        assertThat(huge.toDoubles()).containsExactly(1, -1, 0);
    }

    @Test
    final void crossEntropyFormula() {
        Tensor logits = random(DType.FLOAT64, 11, 4, 5);
        double[] values = logits.toDoubles();
        long[] labels = {0, 4, 2, 2};
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            double sum = Arrays.stream(values, i * 5, i * 5 + 5).map(Math::exp).sum();
            expected += Math.log(sum) - values[i * 5 + (int) labels[i]];
        }
        Tensor loss = backend().crossEntropyInPlace(logits, Tensor.ofLongs(backend(), labels));
        assertThat(loss.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(loss.item()).isBetween(expected - 1e-12, expected + 1e-12);
    }

    @Test
    final void linearCrossEntropy() {
        for (DType dtype : dtypes()) {
            for (int rows : new int[] {1, 9, 300}) {
                Tensor hidden = random(dtype, 12, rows, 24);
                Tensor weight = random(dtype, 13, 41, 24).timesInPlace(0.25);
                Tensor labels = labels(rows, 41);
                LossAndGradient expected = ReferenceKernels.linearCrossEntropy(hidden, weight, labels, true);
                LossAndGradient actual = backend().linearCrossEntropy(hidden, weight, labels, true);
                assertClose(actual.lossSum(), expected.lossSum(), loose(dtype), "loss " + dtype);
                Tensor gradient = actual.hiddenGradient();
                Tensor reference = expected.hiddenGradient();
                assertThat(gradient).isNotNull();
                assertThat(reference).isNotNull();
                assertClose(gradient, reference, loose(dtype), "gradient " + dtype);
                LossAndGradient without = backend().linearCrossEntropy(hidden, weight, labels, false);
                assertThat(without.hiddenGradient()).isNull();
                assertThat(without.lossSum().item()).isEqualTo(actual.lossSum().item());
            }
        }
    }

    @Test
    final void rowsInSeveralChunksAddUp() {
        // A vocabulary so wide that no backend should hold the logits of all rows at once.
        Tensor hidden = random(DType.FLOAT32, 14, 300, 4);
        Tensor weight = random(DType.FLOAT32, 15, 70_000, 4).timesInPlace(0.25);
        Tensor labels = labels(300, 70_000);
        LossAndGradient actual = backend().linearCrossEntropy(hidden, weight, labels, true);
        Tensor gradient = actual.hiddenGradient();
        assertThat(gradient).isNotNull();
        double sum = 0;
        for (int start = 0; start < 300; start += 100) {
            Tensor logits = hidden.rows(start, 100).matmul(weight.transposed());
            sum += ReferenceKernels.crossEntropyInPlace(logits, labels.rows(start, 100))
                    .item();
            assertClose(gradient.rows(start, 100), logits.matmul(weight), 1e-5, "gradient of rows from " + start);
            logits.close();
        }
        assertThat(actual.lossSum().item() / sum).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @Test
    final void adamWFollowsTheReferenceAndTheFormula() {
        for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
            for (double decay : new double[] {0, 0.01}) {
                Tensor parameter = random(dtype, 16, 11, 3);
                Tensor mean = Tensor.zeros(backend(), dtype, 11, 3);
                Tensor variance = Tensor.zeros(backend(), dtype, 11, 3);
                Tensor reference = parameter.copy();
                Tensor referenceMean = mean.copy();
                Tensor referenceVariance = variance.copy();
                double p = parameter.toDoubles()[0];
                double m = 0;
                double v = 0;
                for (int step = 1; step <= 5; step++) {
                    Tensor gradient = random(dtype, 20 + step, 11, 3);
                    AdamWStep numbers = new AdamWStep(1e-2 / step, 0.9, 0.999, 1e-8, decay, step);
                    backend().adamW(parameter, gradient, mean, variance, numbers);
                    ReferenceKernels.adamW(reference, gradient, referenceMean, referenceVariance, numbers);
                    double g = gradient.toDoubles()[0];
                    p *= 1 - numbers.learningRate() * decay;
                    m = 0.9 * m + 0.1 * g;
                    v = 0.999 * v + 0.001 * g * g;
                    double mHat = m / (1 - Math.pow(0.9, step));
                    double vHat = v / (1 - Math.pow(0.999, step));
                    p -= numbers.learningRate() * mHat / (Math.sqrt(vHat) + 1e-8);
                }
                assertClose(parameter, reference, tolerance(dtype), "parameter " + dtype);
                assertClose(mean, referenceMean, tolerance(dtype), "mean " + dtype);
                assertClose(variance, referenceVariance, tolerance(dtype), "variance " + dtype);
                assertThat(parameter.toDoubles()[0]).isBetween(p - tolerance(dtype), p + tolerance(dtype));
            }
        }
    }

    /** Eighteen values a decade on both sides of zero. */
    private static float[] logarithmic() {
        float[] values = new float[CodeMap.SIZE];
        for (int i = 1; i < CodeMap.SIZE / 2; i++) {
            values[CodeMap.SIZE / 2 + i] = (float) Math.pow(10, (i - 127) / 18.0);
            values[CodeMap.SIZE / 2 - i] = -values[CodeMap.SIZE / 2 + i];
        }
        values[0] = -1;
        return values;
    }

    @Test
    final void quantizationInBlocksFollowsTheReference() {
        float[] values = logarithmic();
        try (CodeMap map = new CodeMap(backend(), values)) {
            for (int count : new int[] {1, 31, 32, 33, 500, 70_001}) {
                Tensor x = random(DType.FLOAT32, 30, count).timesInPlace(1e-3);
                if (count > 40) {
                    x.rows(3, 30).fillInPlace(0);
                }
                long blocks = BlockQuantization.blocks(count, 32);
                Tensor codes = Tensor.zeros(backend(), DType.UINT8, count);
                Tensor scales = Tensor.zeros(backend(), DType.FLOAT32, blocks);
                Tensor expectedCodes = Tensor.zeros(backend(), DType.UINT8, count);
                Tensor expectedScales = Tensor.zeros(backend(), DType.FLOAT32, blocks);
                backend().quantizeBlocks(x, map, codes, scales, 32);
                BlockQuantization.quantize(x, map, expectedCodes, expectedScales, 32);
                assertThat(codes.toDoubles()).as("codes of %s", count).isEqualTo(expectedCodes.toDoubles());
                assertThat(scales.toDoubles()).as("scales of %s", count).isEqualTo(expectedScales.toDoubles());
                assertNearest(x, codes, scales, values);
                assertThat(backend().dequantizeBlocks(codes, map, scales, 32).toDoubles())
                        .isEqualTo(BlockQuantization.dequantize(codes, map, scales, 32)
                                .toDoubles());
            }
        }
    }

    private static void assertNearest(Tensor x, Tensor codes, Tensor scales, float[] values) {
        double[] written = x.toDoubles();
        double[] chosen = codes.toDoubles();
        double[] divisors = scales.toDoubles();
        for (int i = 0; i < written.length; i++) {
            double quotient = written[i] / divisors[i / 32];
            double best = Double.POSITIVE_INFINITY;
            for (float value : values) {
                best = Math.min(best, Math.abs(value - quotient));
            }
            assertThat(Math.abs(values[(int) chosen[i]] - quotient)).isBetween(0.0, best + 1e-7);
        }
    }
}
