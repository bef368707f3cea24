// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/** IEEE 754 binary16 as bits, little-endian in bytes. Conversions round to nearest, ties to even. */
public final class Float16 {
    private static final int EXPONENT = 0x7c00;
    private static final int FRACTION = 0x3ff;

    /** The first magnitude that rounds to infinity, as bits of an fp32. */
    private static final int OVERFLOW = 0x477ff000;

    /** The smallest normal magnitude, as bits of an fp32. */
    private static final int SMALLEST_NORMAL = 0x38800000;

    /** 2^-24, the distance of subnormal values. */
    private static final float SUBNORMAL_STEP = 0x1p-24f;

    private Float16() {}

    /** The value of 16 bits. */
    public static float toFloat(int bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits & EXPONENT;
        int fraction = bits & FRACTION;
        if (exponent == EXPONENT) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * SUBNORMAL_STEP;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | ((exponent >> 10) + 112) << 23 | fraction << 13);
    }

    /** The 16 bits of the nearest value. */
    public static int fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return sign | EXPONENT | 0x200;
        }
        if (magnitude >= OVERFLOW) {
            return sign | EXPONENT;
        }
        if (magnitude < SMALLEST_NORMAL) {
            return sign | (int) Math.rint(Float.intBitsToFloat(magnitude) / SUBNORMAL_STEP);
        }
        int odd = magnitude >> 13 & 1;
        return sign | (magnitude - (112 << 23) + 0xfff + odd) >> 13;
    }

    static float read(byte[] from, int offset) {
        return toFloat(from[offset] & 0xff | (from[offset + 1] & 0xff) << 8);
    }

    /** Writes a value and returns what it was rounded to. */
    static float write(float value, byte[] to, int offset) {
        int bits = fromFloat(value);
        to[offset] = (byte) bits;
        to[offset + 1] = (byte) (bits >> 8);
        return toFloat(bits);
    }
}
