package io.tune4j.models.llama;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * Cosines and sines of the rotary angles (Su et al. 2021, eq. 34), for the largest number of positions requested so far.
 * Frequencies and angles are rounded to fp32 as in transformers' {@code modeling_rope_utils.py}, because released weights
 * were trained on angles rounded so: at position 100,000 that is a difference in the third decimal.
 */
final class RotaryTable implements AutoCloseable {
    private static final int SMALLEST = 512;

    private final Backend backend;
    private final DType dtype;
    private final float[] frequencies;
    private int positions;
    private @Nullable Tensor cos;
    private @Nullable Tensor sin;

    RotaryTable(Backend backend, DType dtype, LlamaConfig config) {
        this.backend = backend;
        this.dtype = dtype;
        this.frequencies = frequencies(config);
    }

    /** {@code [headSize / 2]}: the angle between neighbouring positions. */
    static float[] frequencies(LlamaConfig config) {
        float[] frequencies = new float[config.headSize() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / config.headSize();
            float plain = 1.0f / (float) Math.pow(config.ropeTheta(), exponent);
            frequencies[i] = scale(plain, config.ropeScaling());
        }
        return frequencies;
    }

    private static float scale(float frequency, RopeScaling scaling) {
        if (scaling instanceof RopeScaling.Linear linear) {
            return frequency / (float) linear.factor();
        }
        return scaling instanceof RopeScaling.Llama3 llama3 ? (float) scale(frequency, llama3) : frequency;
    }

    private static double scale(float frequency, RopeScaling.Llama3 scaling) {
        double wavelength = 2 * Math.PI / frequency;
        double shortest = scaling.originalMaxPositions() / scaling.highFrequencyFactor();
        double longest = scaling.originalMaxPositions() / scaling.lowFrequencyFactor();
        if (wavelength < shortest) {
            return frequency;
        }
        if (wavelength > longest) {
            return frequency / scaling.factor();
        }
        double blend = (scaling.originalMaxPositions() / wavelength - scaling.lowFrequencyFactor())
                / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
        return (1 - blend) * frequency / scaling.factor() + blend * frequency;
    }

    /** Makes the tables reach at least this many positions. */
    void ensure(int needed) {
        if (needed <= positions) {
            return;
        }
        close();
        positions = Math.max(SMALLEST, Integer.highestOneBit(needed - 1) << 1);
        int half = frequencies.length;
        double[] cosines = new double[positions * half];
        double[] sines = new double[positions * half];
        for (int position = 0, at = 0; position < positions; position++) {
            for (int i = 0; i < half; i++, at++) {
                float angle = position * frequencies[i];
                cosines[at] = Math.cos(angle);
                sines[at] = Math.sin(angle);
            }
        }
        cos = TensorScope.detach(Tensor.ofDoubles(backend, dtype, cosines, positions, half));
        sin = TensorScope.detach(Tensor.ofDoubles(backend, dtype, sines, positions, half));
    }

    /** {@code [T, headSize / 2]} for {@code [T]} positions below what {@link #ensure} was given. */
    Tensor cos(Tensor rows) {
        return table(cos).gatherRows(rows);
    }

    /** Like {@link #cos}. */
    Tensor sin(Tensor rows) {
        return table(sin).gatherRows(rows);
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
