/* The formula of four_bits.c in double precision. */
#include "plain.h"

KERNEL(unpackFourBits, i64 codes, i64 levels, i64 scales, i64 blocks, i64 size, i64 target, int scale, int element) {
    for (i64 i = 0; i < blocks * size; i++) {
        int code = ((const uint8_t *)codes)[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
        set(target, i, rounded(get(levels, code, FP32) * get(scales, i / size, scale), scale), element);
    }
}
