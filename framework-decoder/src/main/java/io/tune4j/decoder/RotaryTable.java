// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.decoder.DecoderModel.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Cosines and sines of the rotary angles (Su et al. 2021, eq. 34), for as many positions as were asked for so far. */
final class RotaryTable implements AutoCloseable {
    private static final int SMALLEST = 512;

    private final Backend backend;
    private final DType dtype;
    private final Rotary rotary;
    private float[] frequencies = {};
    private int positions;
    private @Nullable Tensor cos;
    private @Nullable Tensor sin;

    RotaryTable(Backend backend, DType dtype, Rotary rotary) {
        this.backend = backend;
        this.dtype = dtype;
        this.rotary = rotary;
    }

    /**
     * Makes the tables those of a batch.
     *
     * @param needed tokens of its longest sequence
     */
    private void ensure(int needed) {
        float[] wanted = RotaryFrequencies.of(rotary, needed);
        if (needed <= positions && Arrays.equals(wanted, frequencies)) {
            return;
        }
        close();
        frequencies = wanted;
        double factor = rotary.scaling().attentionFactor();
        positions = Math.max(SMALLEST, Integer.highestOneBit(needed - 1) << 1);
        int half = frequencies.length;
        double[] cosines = new double[positions * half];
        double[] sines = new double[positions * half];
        for (int position = 0, at = 0; position < positions; position++) {
            for (int i = 0; i < half; i++, at++) {
                float angle = position * frequencies[i];
                cosines[at] = factor * Math.cos(angle);
                sines[at] = factor * Math.sin(angle);
            }
        }
        cos = TensorScope.detach(Tensor.ofDoubles(backend, dtype, cosines, positions, half));
        sin = TensorScope.detach(Tensor.ofDoubles(backend, dtype, sines, positions, half));
    }

    /** The angles of spans' rows, {@code [T, dimensions / 2]}: the frequencies of a span are those of its longest sequence. */
    Angles angles(List<Span> spans) {
        if (!rotary.scaling().dependsOnLength() || spans.size() == 1) {
            ensure(spans.stream().mapToInt(Span::longest).max().orElse(1));
            long[] positions = spans.stream()
                    .flatMapToLong(span -> LongStream.of(span.positions()))
                    .toArray();
            return angles(positions);
        }
        List<Tensor> cosines = new ArrayList<>();
        List<Tensor> sines = new ArrayList<>();
        for (Span span : spans) {
            ensure(span.longest());
            Angles own = angles(span.positions());
            cosines.add(own.cos());
            sines.add(own.sin());
        }
        return new Angles(Tensor.concatenate(0, cosines), Tensor.concatenate(0, sines));
    }

    private Angles angles(long[] positions) {
        Tensor rows = Tensor.ofLongs(backend, positions);
        return new Angles(table(cos).gatherRows(rows), table(sin).gatherRows(rows));
    }

    private static Tensor table(@Nullable Tensor table) {
        if (table == null) {
            throw new IllegalStateException("ensure() comes first");
        }
        return table;
    }

    @Override
    public void close() {
        if (cos != null) {
            cos.close();
        }
        if (sin != null) {
            sin.close();
        }
        cos = null;
        sin = null;
        positions = 0;
    }
}
