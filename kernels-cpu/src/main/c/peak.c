/*
 * The rate of the tier's multiply instructions on registers alone. No matrix product can exceed it; a diagnosis compares
 * measured products with it.
 */
#include "product.h"

/* Sums that do not wait for each other: the instruction's latency times its number in a cycle. */
enum { SUMS = LANES == 16 ? 24 : 10 };

/* Operations of one element in a vector's product. */
INLINE i64 operations(int pairs) { return pairs ? 4 : 2; }

INLINE float turn(i64 turns, int pairs) {
    vf sums[SUMS];
    for (int i = 0; i < SUMS; i++) {
        sums[i] = all((float)i);
    }
    uint32_t a = 0x3f803f80;
    vu b = (vu)all(1e-9f);
    for (i64 i = 0; i < turns; i++) {
        /* Or the compiler would take the products out of the loop. */
        __asm__ volatile("" : "+r"(a));
#pragma GCC unroll 24
        for (int k = 0; k < SUMS; k++) {
            sums[k] = add_product(sums[k], a, b, pairs);
        }
    }
    vf total = {};
    for (int i = 0; i < SUMS; i++) {
        total += sums[i];
    }
    return sum(total);
}

#if HAS_TILES
/* Four sums of tiles that do not wait for each other. */
INLINE void turn_tiles(i64 turns) {
    tiles_begin();
    TILE_ZERO(0);
    TILE_ZERO(1);
    TILE_ZERO(2);
    TILE_ZERO(3);
    TILE_ZERO(4);
    TILE_ZERO(5);
    for (i64 i = 0; i < turns; i++) {
        TILE_PRODUCT(0, 4, 5);
        TILE_PRODUCT(1, 4, 5);
        TILE_PRODUCT(2, 4, 5);
        TILE_PRODUCT(3, 4, 5);
    }
    tiles_end();
}
#endif

/* Multiplies so many times; returns the multiplications and additions of it. result gets a float, so that nothing is left out. */
COUNT(peak, i64 turns, i64 result, int element) {
#if HAS_TILES
    if (element == BF16 && tiles_allowed()) {
        turn_tiles(turns);
        return turns * 4 * TILE_SIDE * TILE_SIDE * TILE_SIDE * 4;
    }
#endif
    if (element == BF16 && MULTIPLIES_PAIRS) {
        *(float_at *)result = turn(turns, 1);
        return turns * SUMS * LANES * operations(1);
    }
    *(float_at *)result = turn(turns, 0);
    return turns * SUMS * LANES * operations(0);
}
