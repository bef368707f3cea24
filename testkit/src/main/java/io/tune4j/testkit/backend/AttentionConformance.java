// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.backend.ReferenceKernels;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rotary embedding and ragged attention: ragged layouts, long sequences, grouped queries. */
abstract class AttentionConformance extends BackendTestCase {
    private static final List<AttentionShape> SHAPES = List.of(
            // Windows, scales and caps: shorter than a block and longer, alone and together.
            new AttentionShape(4, 2, 8, 5, 0.3, 0),
            new AttentionShape(4, 2, 16, 100, 0.25, 0),
            new AttentionShape(4, 2, 8, 0, 0.6, 1.5),
            new AttentionShape(6, 2, 64, 17, 0.125, 2),
            new AttentionShape(2, 1, 32, 1, 0.2, 0),
            new AttentionShape(4, 4, 8),
            new AttentionShape(6, 2, 16),
            new AttentionShape(4, 1, 4),
            // Groups of other sizes, with which a backend may divide otherwise.
            new AttentionShape(10, 2, 4),
            new AttentionShape(20, 1, 4),
            // Heads as wide as real models have them, for which a backend may have other kernels.
            new AttentionShape(6, 2, 64),
            new AttentionShape(2, 2, 32),
            new AttentionShape(2, 1, 128));

    private static final List<SequenceLayout> LAYOUTS = List.of(
            SequenceLayout.ofLengths(1),
            SequenceLayout.ofLengths(9),
            SequenceLayout.ofLengths(1, 5, 1, 17, 2),
            SequenceLayout.ofLengths(3, 128, 129),
            SequenceLayout.ofLengths(300, 1));

    @Test
    final void rotationFollowsTheReferenceAndTurnsBack() {
        for (DType dtype : dtypes()) {
            for (AttentionShape shape : SHAPES) {
                Tensor angles = random(DType.FLOAT64, 1, 7, shape.headSize() / 2);
                Tensor cos = angles.apply(io.tune4j.api.tensor.ArrayKernels.UnaryFunction.COS)
                        .cast(dtype);
                Tensor sin = angles.apply(io.tune4j.api.tensor.ArrayKernels.UnaryFunction.SIN)
                        .cast(dtype);
                Tensor fused = random(dtype, 2, 7, shape.fusedSize());
                Tensor original = fused.copy();
                Tensor reference = fused.copy();
                ReferenceKernels.rotaryInPlace(reference, cos, sin, shape, false);
                backend().rotaryInPlace(fused, cos, sin, shape, false);
                assertClose(fused, reference, FusedKernelConformance.loose(dtype), "rotary " + dtype);
                int rotated = shape.querySize() + shape.keyValueSize();
                assertClose(
                        fused.narrow(1, rotated, shape.keyValueSize()),
                        original.narrow(1, rotated, shape.keyValueSize()),
                        0,
                        "v is not turned");
                double first = original.toDoubles()[0] * cos.toDoubles()[0]
                        - original.toDoubles()[shape.headSize() / 2] * sin.toDoubles()[0];
                double error = tolerance(dtype) * (1 + Math.abs(first));
                assertThat(fused.toDoubles()[0]).isBetween(first - error, first + error);
                backend().rotaryInPlace(fused, cos, sin, shape, true);
                assertClose(fused, original, 2 * tolerance(dtype), "turned back " + dtype);
            }
        }
    }

    @Test
    final void attentionFollowsTheReference() {
        for (DType dtype : dtypes()) {
            for (AttentionShape shape : SHAPES) {
                for (SequenceLayout layout : LAYOUTS) {
                    try (TensorScope scope = TensorScope.open()) {
                        String what = dtype + " " + shape + " " + layout;
                        Tensor fused = random(dtype, 3, layout.rows(), shape.fusedSize());
                        Tensor dy = random(dtype, 4, layout.rows(), shape.querySize());
                        Attended expected = ReferenceKernels.attention(fused, layout, shape);
                        Attended actual = backend().attention(fused, layout, shape);
                        double error = FusedKernelConformance.loose(dtype);
                        assertClose(actual.output(), expected.output(), error, "attention " + what);
                        // bf16 gradients are sums of many rounded terms.
                        assertClose(
                                backend().attentionBackward(dy, fused, actual, layout, shape),
                                ReferenceKernels.attentionBackward(dy, fused, expected, layout, shape),
                                dtype.byteSize() == 2 ? 4 * error : error,
                                "attentionBackward " + what);
                    }
                }
            }
        }
    }

    /** Softmax attention by its formula, element by element. */
    private static Host formula(Host fused, SequenceLayout layout, AttentionShape shape) {
        int width = shape.fusedSize();
        int size = shape.headSize();
        double[] x = fused.values();
        double[] output = new double[layout.rows() * shape.querySize()];
        for (Sequence sequence : layout.sequences()) {
            for (int i = sequence.start(); i < sequence.start() + sequence.length(); i++) {
                for (int h = 0; h < shape.heads(); h++) {
                    int group = h / shape.groupSize();
                    double[] weights = new double[i - sequence.start() + 1];
                    double sum = 0;
                    for (int j = 0; j < weights.length; j++) {
                        int key = (sequence.start() + j) * width + shape.querySize() + group * size;
                        double score = 0;
                        for (int e = 0; e < size; e++) {
                            score += x[i * width + h * size + e] * x[key + e];
                        }
                        boolean seen = shape.window() == 0 || i - sequence.start() - j < shape.window();
                        weights[j] = seen ? Math.exp(capped(score * shape.scale(), shape.softCap())) : 0;
                        sum += weights[j];
                    }
                    for (int j = 0; j < weights.length; j++) {
                        int value = (sequence.start() + j) * width
                                + shape.querySize()
                                + shape.keyValueSize()
                                + group * size;
                        for (int e = 0; e < size; e++) {
                            output[i * shape.querySize() + h * size + e] += weights[j] / sum * x[value + e];
                        }
                    }
                }
            }
        }
        return new Host(output, layout.rows(), shape.querySize());
    }

    private static double capped(double score, double cap) {
        return cap == 0 ? score : cap * Math.tanh(score / cap);
    }

    @Test
    final void aPartOfAHeadTurns() {
        AttentionShape shape = new AttentionShape(4, 2, 16);
        for (DType dtype : dtypes()) {
            Tensor angles = random(DType.FLOAT64, 1, 7, 6);
            Tensor cos = angles.apply(io.tune4j.api.tensor.ArrayKernels.UnaryFunction.COS)
                    .cast(dtype);
            Tensor sin = angles.apply(io.tune4j.api.tensor.ArrayKernels.UnaryFunction.SIN)
                    .cast(dtype);
            Tensor fused = random(dtype, 2, 7, shape.fusedSize());
            Tensor original = fused.copy();
            backend().rotaryInPlace(fused, cos, sin, shape, false);
            for (int head = 0; head < shape.heads() + shape.keyValueHeads(); head++) {
                assertClose(
                        fused.narrow(1, head * 16 + 12, 4), original.narrow(1, head * 16 + 12, 4), 0, "the rest stays");
                Tensor first = original.narrow(1, head * 16, 6);
                Tensor second = original.narrow(1, head * 16 + 6, 6);
                assertClose(
                        fused.narrow(1, head * 16, 6),
                        first.times(cos).minus(second.times(sin)),
                        FusedKernelConformance.loose(dtype),
                        "the part turns");
            }
            backend().rotaryInPlace(fused, cos, sin, shape, true);
            assertClose(fused, original, 2 * tolerance(dtype), "turned back " + dtype);
        }
    }

    @Test
    final void attentionIsSoftmaxAttention() {
        for (AttentionShape shape : SHAPES) {
            for (SequenceLayout layout : LAYOUTS) {
                Tensor fused = random(DType.FLOAT64, 5, layout.rows(), shape.fusedSize());
                Host expected = formula(Host.of(fused), layout, shape);
                assertClose(backend().attention(fused, layout, shape).output(), expected, 1e-12, "formula");
                assertClose(ReferenceKernels.attention(fused, layout, shape).output(), expected, 1e-12, "formula");
            }
        }
    }

    /** Rows that come in several calls get the output of all in one call. */
    @Test
    final void cachedAttentionIsThatOfTheWholeSequences() {
        int[] lengths = {19, 140};
        SequenceLayout layout = SequenceLayout.ofLengths(lengths);
        for (DType dtype : dtypes()) {
            for (AttentionShape shape : SHAPES) {
                try (TensorScope scope = TensorScope.open()) {
                    Tensor fused = random(dtype, 9, layout.rows(), shape.fusedSize());
                    Tensor expected =
                            ReferenceKernels.attention(fused, layout, shape).output();
                    List<Tensor> kept = Arrays.stream(lengths)
                            .mapToObj(length -> Tensor.zeros(backend(), dtype, length + 3, 2L * shape.keyValueSize()))
                            .toList();
                    int[] before = {0, 0};
                    for (int[] added : new int[][] {{11, 130}, {1, 1}, {7, 9}}) {
                        Tensor rows = Tensor.concatenate(
                                0, List.of(fused.rows(before[0], added[0]), fused.rows(19 + before[1], added[1])));
                        Tensor actual = backend()
                                .cachedAttention(
                                        rows,
                                        List.of(
                                                new CachedSequence(0, added[0], before[0], kept.get(0)),
                                                new CachedSequence(added[0], added[1], before[1], kept.get(1))),
                                        shape);
                        Tensor wanted = Tensor.concatenate(
                                0,
                                List.of(expected.rows(before[0], added[0]), expected.rows(19 + before[1], added[1])));
                        assertClose(
                                actual,
                                wanted,
                                2 * FusedKernelConformance.loose(dtype),
                                "cachedAttention " + dtype + " " + shape + " after " + before[1]);
                        before[0] += added[0];
                        before[1] += added[1];
                    }
                }
            }
        }
    }

    @Test
    final void sequencesDoNotSeeEachOtherNorTheFuture() {
        AttentionShape shape = new AttentionShape(4, 2, 8);
        SequenceLayout layout = SequenceLayout.ofLengths(140, 3);
        Tensor fused = random(DType.FLOAT32, 6, 143, shape.fusedSize());
        double[] before =
                backend().attention(fused, layout, shape).output().rows(0, 140).toDoubles();
        fused.rows(139, 4).fillInPlace(50);
        double[] after =
                backend().attention(fused, layout, shape).output().rows(0, 140).toDoubles();
        int unchanged = 139 * shape.querySize();
        assertThat(java.util.Arrays.copyOf(after, unchanged)).isEqualTo(java.util.Arrays.copyOf(before, unchanged));
        assertThat(after).isNotEqualTo(before);
        // Moderate values: scores that are far apart would hide the keys of the first sequence.
        Tensor moderate = random(DType.FLOAT32, 9, 143, shape.fusedSize());
        double[] second = backend()
                .attention(moderate, layout, shape)
                .output()
                .rows(140, 3)
                .toDoubles();
        moderate.rows(0, 140).fillInPlace(-1);
        assertThat(backend()
                        .attention(moderate, layout, shape)
                        .output()
                        .rows(140, 3)
                        .toDoubles())
                .as("the second sequence, after the first one changed")
                .isEqualTo(second);
    }

    @Test
    final void theSameInputGivesTheSameBits() {
        AttentionShape shape = new AttentionShape(4, 2, 8);
        SequenceLayout layout = SequenceLayout.ofLengths(150, 20);
        for (DType dtype : dtypes()) {
            Tensor fused = random(dtype, 7, 170, shape.fusedSize());
            Tensor dy = random(dtype, 8, 170, shape.querySize());
            Attended first = backend().attention(fused, layout, shape);
            double[] gradient =
                    backend().attentionBackward(dy, fused, first, layout, shape).toDoubles();
            for (int run = 0; run < 5; run++) {
                Attended again = backend().attention(fused, layout, shape);
                assertThat(again.output().toDoubles()).isEqualTo(first.output().toDoubles());
                assertThat(backend()
                                .attentionBackward(dy, fused, again, layout, shape)
                                .toDoubles())
                        .isEqualTo(gradient);
                assertThat(fused.matmul(fused.transposed()).toDoubles())
                        .isEqualTo(fused.matmul(fused.transposed()).toDoubles());
            }
        }
    }
}
