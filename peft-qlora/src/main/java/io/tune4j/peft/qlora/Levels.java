// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

/** The sixteen levels of NormalFloat4 (Dettmers et al. 2023, appendix E), and the nearest of them. */
final class Levels {
    /** The levels in four digits, as in torchao ({@code quantization/nf4tensor.py}). */
    private static final float[] FOUR_DIGITS = {
        -1.0f, -0.6962f, -0.5251f, -0.3949f, -0.2844f, -0.1848f, -0.0911f, 0.0f, //
        0.0796f, 0.1609f, 0.2461f, 0.3379f, 0.4407f, 0.5626f, 0.7230f, 1.0f
    };

    /** The levels as published in the paper and in bitsandbytes ({@code functional.py}). */
    private static final float[] PUBLISHED = {
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f
    };

    private final Rounding rounding;
    private final float[] values;

    private Levels(Rounding rounding, float[] values) {
        this.rounding = rounding;
        this.values = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            this.values[i] = rounding.round(values[i]);
        }
    }

    static Levels torchao(Rounding rounding) {
        return new Levels(rounding, FOUR_DIGITS);
    }

    static Levels published() {
        return new Levels(Rounding.FLOAT32, PUBLISHED);
    }

    Rounding rounding() {
        return rounding;
    }

    float[] values() {
        return values.clone();
    }

    /** The smallest numbers of the rounding with code 1, 2, ..., 15: a code is the count of those that a value is not below. */
    float[] bounds() {
        float[] bounds = new float[values.length - 1];
        for (int code = 1; code < values.length; code++) {
            int below = rounding.ordinal(values[code - 1]);
            int from = rounding.ordinal(values[code]);
            while (from - below > 1) {
                int middle = below + (from - below) / 2;
                if (nearest(rounding.ofOrdinal(middle)) < code) {
                    below = middle;
                } else {
                    from = middle;
                }
            }
            bounds[code - 1] = rounding.ofOrdinal(from);
        }
        return bounds;
    }

    /** The code of the level nearest to a value in [-1, 1]; of two that are as near, the lower. */
    int nearest(float value) {
        int low = 0;
        int high = values.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (values[middle] <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        float below = rounding.round(value - values[low]);
        float above = rounding.round(values[high] - value);
        return below <= above ? low : high;
    }
}
