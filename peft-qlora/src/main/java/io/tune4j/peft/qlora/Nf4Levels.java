package io.tune4j.peft.qlora;

import io.tune4j.api.tensor.DType;

/**
 * The sixteen levels of NormalFloat4 (Dettmers et al. 2023, appendix E) in the four digits that torchao gives them, and the
 * nearest of them.
 */
final class Nf4Levels {
    private static final float[] ROUNDED = {
        -1.0f, -0.6962f, -0.5251f, -0.3949f, -0.2844f, -0.1848f, -0.0911f, 0.0f, //
        0.0796f, 0.1609f, 0.2461f, 0.3379f, 0.4407f, 0.5626f, 0.7230f, 1.0f
    };

    private final Rounding rounding;
    private final float[] levels = new float[ROUNDED.length];

    Nf4Levels(Rounding rounding) {
        this.rounding = rounding;
        for (int i = 0; i < ROUNDED.length; i++) {
            levels[i] = rounding.round(ROUNDED[i]);
        }
    }

    /** The code of the level nearest to a value in [-1, 1]; of two that are as near, the lower. */
    int nearest(float value) {
        int low = 0;
        int high = levels.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (levels[middle] <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        float below = rounding.round(value - levels[low]);
        float above = rounding.round(levels[high] - value);
        return below <= above ? low : high;
    }

    /** For each byte the levels of its two codes, the high nibble's first: {@code [256 * 2]}. */
    float[] pairs() {
        float[] pairs = new float[2 << Byte.SIZE];
        for (int code = 0; code < 1 << Byte.SIZE; code++) {
            pairs[2 * code] = levels[code >>> 4];
            pairs[2 * code + 1] = levels[code & 0xf];
        }
        return pairs;
    }

    /** What results are rounded to, so that quantizing in bf16 gives what PyTorch gives. */
    enum Rounding {
        FLOAT32 {
            @Override
            float round(float value) {
                return value;
            }
        },
        BFLOAT16 {
            @Override
            float round(float value) {
                int bits = Float.floatToRawIntBits(value);
                int up = 0x7fff + ((bits >>> 16) & 1);
                return Float.isNaN(value) ? value : Float.intBitsToFloat((bits + up) & 0xffff0000);
            }
        };

        abstract float round(float value);

        /** bf16 weights are quantized in bf16, all others in fp32. */
        static Rounding of(DType dtype) {
            return dtype == DType.BFLOAT16 ? BFLOAT16 : FLOAT32;
        }

        DType dtype() {
            return this == BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32;
        }
    }
}
