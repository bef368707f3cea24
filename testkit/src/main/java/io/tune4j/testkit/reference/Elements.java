// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;

/** Elements of every dtype in a buffer, read and written as doubles. Rounds to nearest even. */
final class Elements {
    private static final int BF16_SHIFT = 16;

    private Elements() {}

    static double get(ByteBuffer bytes, DType dtype, int index) {
        return switch (dtype) {
            case FLOAT64 -> bytes.getDouble(index * 8);
            case FLOAT32 -> bytes.getFloat(index * 4);
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(index * 2) << BF16_SHIFT);
            case FLOAT16 -> half(bytes.getShort(index * 2));
            case INT64 -> bytes.getLong(index * 8);
            case INT32 -> bytes.getInt(index * 4);
            case UINT8 -> bytes.get(index) & 0xff;
            case BOOL -> bytes.get(index) == 0 ? 0 : 1;
        };
    }

    static void set(ByteBuffer bytes, DType dtype, int index, double value) {
        switch (dtype) {
            case FLOAT64 -> bytes.putDouble(index * 8, value);
            case FLOAT32 -> bytes.putFloat(index * 4, (float) value);
            case BFLOAT16 -> bytes.putShort(index * 2, bfloat16(value));
            case FLOAT16 -> bytes.putShort(index * 2, half(value));
            case INT64 -> bytes.putLong(index * 8, (long) value);
            case INT32 -> bytes.putInt(index * 4, (int) value);
            case UINT8 -> bytes.put(index, (byte) (long) value);
            case BOOL -> bytes.put(index, (byte) (value == 0 ? 0 : 1));
        }
    }

    /** Converts through fp32, as libraries do. */
    private static short bfloat16(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        if (Double.isNaN(value)) {
            return (short) 0x7fc0;
        }
        int rounding = 0x7fff + ((bits >>> BF16_SHIFT) & 1);
        return (short) ((bits + rounding) >>> BF16_SHIFT);
    }

    private static double half(short bits) {
        int sign = (bits & 0x8000) == 0 ? 1 : -1;
        int exponent = (bits >> 10) & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0x1f) {
            return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((double) mantissa, -24)
                : sign * Math.scalb(1 + mantissa / 1024.0, exponent - 15);
    }

    private static short half(double value) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
        double size = Math.abs(value);
        if (Double.isNaN(value)) {
            return (short) 0x7e00;
        }
        if (size >= 65520) {
            return (short) (sign | 0x7c00);
        }
        int exponent = Math.max(-14, Math.getExponent(size));
        // In units of the last place; a carry into the next power of two lands in the exponent, as it should.
        int units = (int) Math.rint(Math.scalb(size, 10 - exponent));
        return (short) (sign | (((exponent + 14) << 10) + units));
    }
}
