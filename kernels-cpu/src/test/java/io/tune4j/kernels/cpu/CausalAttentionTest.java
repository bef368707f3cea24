// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.kernels.cpu.attention.CausalAttention;
import io.tune4j.kernels.cpu.attention.HeadRows;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class CausalAttentionTest {
    /** Rows after the last sequence, which no kernel may touch. */
    private static final int SPARE = 3;

    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    /** A batch with fused rows, and what is made of it. */
    private static final class Batch {
        final SequenceLayout layout;
        final AttentionShape shape;
        final AttentionScores scores;
        final int rows;
        final NativeRows fused;
        final NativeRows outputGradient;
        final NativeRows output;
        final NativeRows statistics;
        final NativeRows gradient;

        Batch(SequenceLayout layout, AttentionShape shape, int window, long seed) {
            this.layout = layout;
            this.shape = shape;
            scores = new AttentionScores(window, (float) shape.scale(), 0);
            rows = layout.rows() + SPARE;
            fused = NativeRows.random(Elements.FP32, rows * shape.fusedSize(), seed, 1);
            outputGradient = NativeRows.random(Elements.FP32, rows * shape.querySize(), seed + 1, 1);
            output = new NativeRows(Elements.FP32, rows * shape.querySize());
            statistics = new NativeRows(Elements.FP32, shape.heads() * rows);
            gradient = new NativeRows(Elements.FP32, rows * shape.fusedSize());
        }

        Rows rows(NativeRows operand, int width) {
            return new Rows(operand.address(), (long) width * Float.BYTES);
        }

        void run(int threads) {
            CausalAttention attention =
                    new CausalAttention(new TestThreads(threads), GuardedScratch::new, Elements.FP32, shape, scores);
            HeadRows heads = HeadRows.fused(rows(fused, shape.fusedSize()), shape, Elements.FP32);
            Rows outputs = rows(output, shape.querySize());
            attention.forward(layout, heads, outputs, rows(statistics, rows));
            attention.backward(
                    layout,
                    heads,
                    outputs,
                    rows(statistics, rows),
                    rows(outputGradient, shape.querySize()),
                    HeadRows.fused(rows(gradient, shape.fusedSize()), shape, Elements.FP32));
        }

        /** The plain twin's results, a sequence and a key-value head after the other. */
        void runPlain() {
            for (Sequence sequence : layout.sequences()) {
                for (int head = 0; head < shape.keyValueHeads(); head++) {
                    plain(sequence, head);
                }
            }
        }

        private long at(NativeRows operand, Sequence sequence, int width, int column) {
            return operand.address() + ((long) sequence.start() * width + column) * Float.BYTES;
        }

        private void plain(Sequence sequence, int head) {
            int width = shape.headSize();
            int length = sequence.length();
            int queryColumn = head * shape.groupSize() * width;
            int keyColumn = shape.querySize() + head * width;
            int valueColumn = keyColumn + shape.keyValueSize();
            long stride = (long) shape.fusedSize() * Float.BYTES;
            long outputStride = (long) shape.querySize() * Float.BYTES;
            long ownStatistics = at(statistics, sequence, 1, head * shape.groupSize() * rows);
            NativeRows scratch = new NativeRows(Elements.FP32, (2 * length + 1) * width * 2);
            NativeRows keySums = new NativeRows(Elements.FP32, length * width);
            NativeRows valueSums = new NativeRows(Elements.FP32, length * width);
            PlainTwins.attention(
                    at(fused, sequence, shape.fusedSize(), queryColumn),
                    stride,
                    at(fused, sequence, shape.fusedSize(), keyColumn),
                    stride,
                    at(fused, sequence, shape.fusedSize(), valueColumn),
                    stride,
                    at(output, sequence, shape.querySize(), queryColumn),
                    outputStride,
                    ownStatistics,
                    (long) rows * Float.BYTES,
                    0,
                    length,
                    shape.groupSize(),
                    width,
                    scores.window(),
                    scores.scale(),
                    0,
                    scratch.address(),
                    Float.BYTES);
            PlainTwins.attentionBackward(
                    at(fused, sequence, shape.fusedSize(), queryColumn),
                    stride,
                    at(fused, sequence, shape.fusedSize(), keyColumn),
                    stride,
                    at(fused, sequence, shape.fusedSize(), valueColumn),
                    stride,
                    at(output, sequence, shape.querySize(), queryColumn),
                    outputStride,
                    at(outputGradient, sequence, shape.querySize(), queryColumn),
                    outputStride,
                    ownStatistics,
                    (long) rows * Float.BYTES,
                    at(gradient, sequence, shape.fusedSize(), queryColumn),
                    stride,
                    keySums.address(),
                    valueSums.address(),
                    0,
                    length,
                    shape.groupSize(),
                    width,
                    scores.window(),
                    scores.scale(),
                    0,
                    scratch.address(),
                    Float.BYTES);
            for (int i = 0; i < length * width; i++) {
                int row = (sequence.start() + i / width) * shape.fusedSize() + i % width;
                gradient.set(row + keyColumn, keySums.get(i) * scores.scale());
                gradient.set(row + valueColumn, valueSums.get(i));
            }
        }
    }

    @Property(tries = 60)
    void equalsThePlainTwin(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 400) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 2) int keyValueHeads,
            @ForAll @IntRange(min = 1, max = 2) int group,
            @ForAll @IntRange(min = 0, max = 200) int window,
            @ForAll @IntRange(min = 1, max = 5) int threads,
            @ForAll long seed) {
        SequenceLayout layout = SequenceLayout.ofLengths(
                lengths.stream().mapToInt(Integer::intValue).toArray());
        AttentionShape shape = new AttentionShape(keyValueHeads * group, keyValueHeads, 16);
        Batch found = new Batch(layout, shape, window, seed);
        Batch plain = new Batch(layout, shape, window, seed);
        found.run(threads);
        plain.runPlain();
        Differences.check(found.statistics, plain.statistics, Elements.FP32, 8, 16);
        Differences.check(found.output, plain.output, Elements.FP32, 4, 16);
        Differences.check(found.gradient, plain.gradient, Elements.FP32, 32, 64);
    }

    @Example
    void threadsChangeNoOutputAndHardlyAGradient() {
        SequenceLayout layout = SequenceLayout.ofLengths(700, 5);
        AttentionShape shape = new AttentionShape(2, 1, 32);
        Batch one = new Batch(layout, shape, 0, 1);
        Batch many = new Batch(layout, shape, 0, 1);
        Batch again = new Batch(layout, shape, 0, 1);
        one.run(1);
        many.run(4);
        again.run(4);
        assertThat(many.output.toFloats()).isEqualTo(one.output.toFloats());
        assertThat(many.gradient.toFloats()).isEqualTo(again.gradient.toFloats());
        Differences.check(many.gradient, one.gradient, Elements.FP32, 32, 16);
    }

    /** Rows that are more than a block outside of a window are never read: not a number there, it would reach what reads them. */
    @Example
    void blocksOutsideOfTheWindowAreSkipped() {
        int spoilt = 256;
        int window = 40;
        int block = 64;
        int first = spoilt + window + 2 * block;
        SequenceLayout layout = SequenceLayout.ofLengths(700);
        AttentionShape shape = new AttentionShape(2, 1, 16);
        Batch clean = new Batch(layout, shape, window, 3);
        Batch broken = new Batch(layout, shape, window, 3);
        Batch unlimited = new Batch(layout, shape, 0, 3);
        for (int i = 0; i < spoilt * shape.fusedSize(); i++) {
            broken.fused.set(i, Float.NaN);
            unlimited.fused.set(i, Float.NaN);
        }
        clean.run(2);
        broken.run(2);
        unlimited.run(2);
        assertThat(from(first * shape.querySize(), broken.output))
                .isEqualTo(from(first * shape.querySize(), clean.output));
        assertThat(from(first * shape.fusedSize(), broken.gradient))
                .isEqualTo(from(first * shape.fusedSize(), clean.gradient));
        assertThat(unlimited.output.get(699 * shape.querySize())).isNaN();
    }

    private static float[] from(int first, NativeRows rows) {
        float[] all = rows.toFloats();
        return Arrays.copyOfRange(all, first, all.length);
    }

    @Example
    void sharedRowsAreRefused() {
        SequenceLayout two = SequenceLayout.ofLengths(2, 2);
        SequenceLayout shared = SequenceLayout.shared(new SharedRows(two, new long[] {0, 1, 0, 2}, 3));
        Batch batch = new Batch(shared, new AttentionShape(1, 1, 16), 0, 1);
        assertThatThrownBy(() -> batch.run(1)).isInstanceOf(IllegalArgumentException.class);
    }
}
