// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.host.Bfloat16;

/**
 * {@link Levels#nearest} as one look-up: by the upper half of a float's bits, with the code below and above the one place in its
 * lower half where the code changes. Levels lie too far apart for two changes between neighbouring bf16 numbers.
 */
final class CodeTable {
    private static final int LOWER_HALF = (1 << Bfloat16.SHIFT) - 1;
    private static final int CODE = 0xf;
    private static final int FAR = 4;
    private static final int SPLIT = 8;

    /** The code from zero on, that from the split on, and the split, which is beyond the lower half where there is none. */
    private final int[] entries = new int[1 << Bfloat16.SHIFT];

    /** The codes of bf16 numbers, which need no split: a quarter of the entries' size. */
    private final byte[] ofHalves = new byte[1 << Bfloat16.SHIFT];

    CodeTable(Levels levels) {
        for (int upper = 0; upper < entries.length; upper++) {
            int bits = upper << Bfloat16.SHIFT;
            int near = levels.nearest(Float.intBitsToFloat(bits));
            int far = levels.nearest(Float.intBitsToFloat(bits | LOWER_HALF));
            ofHalves[upper] = (byte) near;
            entries[upper] = near | far << FAR | split(levels, bits, near, far) << SPLIT;
        }
    }

    /** The first lower half with the far code. */
    private static int split(Levels levels, int bits, int near, int far) {
        int below = 0;
        int from = LOWER_HALF + 1;
        if (near == far) {
            return from;
        }
        while (from - below > 1) {
            int middle = (below + from) >>> 1;
            if (levels.nearest(Float.intBitsToFloat(bits | middle)) == near) {
                below = middle;
            } else {
                from = middle;
            }
        }
        return from;
    }

    /** The code of a number that is rounded already. */
    int code(float value) {
        int bits = Float.floatToRawIntBits(value);
        int entry = entries[bits >>> Bfloat16.SHIFT];
        return (bits & LOWER_HALF) < entry >>> SPLIT ? entry & CODE : entry >>> FAR & CODE;
    }

    /** The codes of all bf16 numbers by their bits. */
    byte[] ofHalves() {
        return ofHalves;
    }
}
