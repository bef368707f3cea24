/*
 * Unpacks weights of four bits (QLoRA's NF4, Dettmers et al. 2023, or any other table of 16 levels): an element is the level that its code
 * names, times its block's scale.
 */
#include "four_bits.h"

INLINE void blocks_of(
        const uint8_t *codes, const float_at *levels, const char *scales, i64 blocks, i64 size, char *target, int scale, int element) {
    i64 whole = size / LANES * LANES;
    for (i64 block = 0; block < blocks; block++, codes += size / 2, target += size * element) {
        float table[16];
        scaled_table(levels, load_one(scales, block, scale), scale, table);
        for (i64 i = 0; i < whole; i += LANES) {
            store(target, i, looked_up(codes + i / 2, table), element);
        }
        for (i64 i = whole; i < size; i += 2) {
            store_one(target, i, table[codes[i / 2] >> 4], element);
            store_one(target, i + 1, table[codes[i / 2] & 15], element);
        }
    }
}

KERNEL(unpackFourBits, i64 codes, i64 levels, i64 scales, i64 blocks, i64 size, i64 target, int scale, int element) {
    const uint8_t *from = (const uint8_t *)codes;
    const float_at *table = (const float_at *)levels;
    if (element == FP32) {
        blocks_of(from, table, (const char *)scales, blocks, size, (char *)target, scale, FP32);
    } else {
        blocks_of(from, table, (const char *)scales, blocks, size, (char *)target, scale, BF16);
    }
}
