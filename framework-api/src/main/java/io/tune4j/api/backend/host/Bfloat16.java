// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import org.apiguardian.api.API;

/** The upper half of a float. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Bfloat16 {
    /** Bits of a float that a bf16 number lacks. */
    public static final int SHIFT = 16;

    private static final int HALF_BELOW = 0x7fff;
    /** Set in a NaN whose other bits may all be in the lower half. */
    private static final int QUIET = 0x40;

    private Bfloat16() {}

    /** The nearest bf16 number, of two that are as near the even one; NaN stays. */
    public static float round(float value) {
        return Float.isNaN(value) ? value : Float.intBitsToFloat(bits(value) << SHIFT);
    }

    /** The bits of the nearest bf16 number, of two that are as near the even one. NaN stays NaN. */
    public static int bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        int up = HALF_BELOW + ((bits >>> SHIFT) & 1);
        return !Float.isNaN(value) ? (bits + up) >>> SHIFT : bits >>> SHIFT | QUIET;
    }

    /** The number that the upper 16 bits of an fp32 stand for; exact. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << SHIFT);
    }
}
