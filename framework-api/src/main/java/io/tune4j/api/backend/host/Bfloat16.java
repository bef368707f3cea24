package io.tune4j.api.backend.host;

/** The upper half of a float. */
public final class Bfloat16 {
    /** Bits of a float that a bf16 number lacks. */
    public static final int SHIFT = 16;

    private static final int HALF_BELOW = 0x7fff;

    private Bfloat16() {}

    /** The nearest bf16 number, of two that are as near the even one; NaN stays. */
    public static float round(float value) {
        int bits = Float.floatToRawIntBits(value);
        int up = HALF_BELOW + ((bits >>> SHIFT) & 1);
        return Float.isNaN(value) ? value : Float.intBitsToFloat((bits + up) >>> SHIFT << SHIFT);
    }
}
