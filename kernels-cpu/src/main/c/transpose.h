/* Transposes LANES vectors of LANES units of four bytes in registers. */
#ifndef TUNE4J_TRANSPOSE_H
#define TUNE4J_TRANSPOSE_H

#include "vector.h"

/* Neighbours of each 16 bytes of a and b in turns: the lower ones, or the upper ones; and pairs of units likewise. */
#if LANES == 16
#define MIX(a, b, w, x, y, z) \
    __builtin_shufflevector( \
            a, b, w, x, y, z, w + 4, x + 4, y + 4, z + 4, w + 8, x + 8, y + 8, z + 8, w + 12, x + 12, y + 12, z + 12)
/* Quarters of a, then quarters of b. */
#define QUARTERS(a, b, w, x, y, z) \
    __builtin_shufflevector(a, b, w * 4, w * 4 + 1, w * 4 + 2, w * 4 + 3, x * 4, x * 4 + 1, x * 4 + 2, x * 4 + 3, \
            y * 4 + 16, y * 4 + 17, y * 4 + 18, y * 4 + 19, z * 4 + 16, z * 4 + 17, z * 4 + 18, z * 4 + 19)
#elif LANES == 8
#define MIX(a, b, w, x, y, z) __builtin_shufflevector(a, b, w, x, y, z, w + 4, x + 4, y + 4, z + 4)
#else
#define MIX(a, b, w, x, y, z) __builtin_shufflevector(a, b, w, x, y, z)
#endif

#define LOW_UNITS(a, b) MIX(a, b, 0, LANES, 1, LANES + 1)
#define HIGH_UNITS(a, b) MIX(a, b, 2, LANES + 2, 3, LANES + 3)
#define LOW_PAIRS(a, b) MIX(a, b, 0, 1, LANES, LANES + 1)
#define HIGH_PAIRS(a, b) MIX(a, b, 2, 3, LANES + 2, LANES + 3)

/* Within each 16 bytes: column c of four rows. */
INLINE void transpose_fours(vu *v) {
    vu t0 = LOW_UNITS(v[0], v[1]);
    vu t1 = HIGH_UNITS(v[0], v[1]);
    vu t2 = LOW_UNITS(v[2], v[3]);
    vu t3 = HIGH_UNITS(v[2], v[3]);
    v[0] = LOW_PAIRS(t0, t2);
    v[1] = HIGH_PAIRS(t0, t2);
    v[2] = LOW_PAIRS(t1, t3);
    v[3] = HIGH_PAIRS(t1, t3);
}

/* v[row] becomes v[column]. */
INLINE void transpose(vu *v) {
    for (int i = 0; i < LANES; i += 4) {
        transpose_fours(v + i);
    }
#if LANES == 8
    for (int i = 0; i < 4; i++) {
        vu a = v[i];
        vu b = v[i + 4];
        v[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    }
#elif LANES == 16
    for (int i = 0; i < 4; i++) {
        vu even01 = QUARTERS(v[i], v[i + 4], 0, 2, 0, 2);
        vu odd01 = QUARTERS(v[i], v[i + 4], 1, 3, 1, 3);
        vu even23 = QUARTERS(v[i + 8], v[i + 12], 0, 2, 0, 2);
        vu odd23 = QUARTERS(v[i + 8], v[i + 12], 1, 3, 1, 3);
        v[i] = QUARTERS(even01, even23, 0, 2, 0, 2);
        v[i + 4] = QUARTERS(odd01, odd23, 0, 2, 0, 2);
        v[i + 8] = QUARTERS(even01, even23, 1, 3, 1, 3);
        v[i + 12] = QUARTERS(odd01, odd23, 1, 3, 1, 3);
    }
#endif
}

#endif
