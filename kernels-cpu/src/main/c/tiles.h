/*
 * The tile unit (Intel Architecture Instruction Set Extensions Programming Reference, chapter on AMX): eight tiles of
 * 16 rows of 64 bytes. Its product multiplies pairs of bf16 and adds the products to floats.
 *
 * With TUNE4J_EMULATED_TILES plain C acts for it, so that the algorithms for it can be tested on any machine.
 * TUNE4J_EMULATED_PAIRS in pairs.h does so for the vectors' products of pairs.
 */
#ifndef TUNE4J_TILES_H
#define TUNE4J_TILES_H

#include "vector.h"

#if defined(__AMX_BF16__) || defined(TUNE4J_EMULATED_TILES)
#define HAS_TILES 1
#else
#define HAS_TILES 0
#endif

#if HAS_TILES
/* Rows of a tile, and 32-bit units of one of its rows. */
enum { TILE_SIDE = 16 };

#if defined(TUNE4J_EMULATED_TILES)
/* Of all threads: a test uses one. */
static uint32_t emulated_tiles[8][TILE_SIDE][TILE_SIDE];

/* What the unit takes a bf16 for: denormals are zeros. */
INLINE float tile_half(uint32_t half) {
    float value = widened_one((uint16_t)half);
    return (half & 0x7f80) == 0 ? 0 : value;
}

INLINE void tiles_begin(void) {}

INLINE void tiles_end(void) {}

INLINE void emulated_zero(int tile) {
    for (int row = 0; row < TILE_SIDE; row++) {
        for (int i = 0; i < TILE_SIDE; i++) {
            emulated_tiles[tile][row][i] = 0;
        }
    }
}

INLINE void emulated_move(int tile, char *memory, i64 stride, int stores) {
    for (int row = 0; row < TILE_SIDE; row++) {
        for (int i = 0; i < TILE_SIDE; i++) {
            if (stores) {
                ((unit_at *)(memory + row * stride))[i] = emulated_tiles[tile][row][i];
            } else {
                emulated_tiles[tile][row][i] = ((unit_at *)(memory + row * stride))[i];
            }
        }
    }
}

static __attribute__((noinline)) void emulated_product(int sum, int a, int b) {
    for (int row = 0; row < TILE_SIDE; row++) {
        float *sums = (float *)emulated_tiles[sum][row];
        for (int k = 0; k < TILE_SIDE; k++) {
            uint32_t left = emulated_tiles[a][row][k];
            for (int i = 0; i < TILE_SIDE; i++) {
                uint32_t right = emulated_tiles[b][k][i];
                float value = sums[i];
                value += tile_half(left & 0xffff) * tile_half(right & 0xffff);
                value += tile_half(left >> 16) * tile_half(right >> 16);
                sums[i] = value;
            }
        }
    }
}

#define TILE_ZERO(tile) emulated_zero(tile)
#define TILE_LOAD(tile, memory, stride) emulated_move(tile, (char *)(memory), stride, 0)
#define TILE_STORE(tile, memory, stride) emulated_move(tile, (char *)(memory), stride, 1)
#define TILE_PRODUCT(sum, a, b) emulated_product(sum, a, b)

INLINE int tiles_allowed(void) { return 1; }
#else

/* Configures the tiles of this thread; the system gives no other thread's. */
INLINE void tiles_begin(void) {
    struct {
        uint8_t palette;
        uint8_t start_row;
        uint8_t reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } __attribute__((aligned(64))) configuration = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        configuration.row_bytes[tile] = TILE_SIDE * 4;
        configuration.rows[tile] = TILE_SIDE;
    }
    _tile_loadconfig(&configuration);
}

INLINE void tiles_end(void) { _tile_release(); }

#define TILE_ZERO(tile) _tile_zero(tile)
#define TILE_LOAD(tile, memory, stride) _tile_loadd(tile, memory, stride)
#define TILE_STORE(tile, memory, stride) _tile_stored(tile, memory, stride)
#define TILE_PRODUCT(sum, a, b) _tile_dpbf16ps(sum, a, b)

/*
 * Whether this process may use tiles. Linux wants to be asked once, since their state is large: arch_prctl (158) with
 * ARCH_REQ_XCOMP_PERM (0x1023) for the feature XTILEDATA (18). Asking again changes nothing.
 */
INLINE int tiles_allowed(void) {
    static int answer;
    int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
    if (known == 0) {
        long result = 158;
        __asm__ volatile("syscall" : "+a"(result) : "D"(0x1023L), "S"(18L) : "rcx", "r11", "memory");
        known = result == 0 ? 1 : -1;
        __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
    }
    return known > 0;
}
#endif
#endif

#endif
