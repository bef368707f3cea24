/* Packs a matrix of four-bit codes into panels (see panels.h), so that what it stands for never lies in memory. */
#include "panels.h"
#include "transpose.h"

enum { LEVELS = 16, LEVEL_VECTORS = LEVELS / LANES };

/* An element is the level that its code names times its block's scale, rounded to the dtype of the scales. */
struct weights {
    /* Two codes in a byte, the first one in the high half. */
    const uint8_t *codes;
    vf levels[LEVEL_VECTORS];
    const char *scales;
    int element;
    /* Elements of a block as a power of two. */
    int shift;
    i64 width;
};

INLINE vf level_of(const struct weights *w, vu codes) {
#if defined(TUNE4J_EMULATED_PAIRS)
    vf v = {};
    for (int i = 0; i < LANES; i++) {
        v[i] = w->levels[0][codes[i]];
    }
    return v;
#elif LANES == 16
    return (vf)_mm512_permutexvar_ps((__m512i)codes, (__m512)w->levels[0]);
#elif LANES == 8
    vf lower = (vf)_mm256_permutevar8x32_ps((__m256)w->levels[0], (__m256i)codes);
    vf upper = (vf)_mm256_permutevar8x32_ps((__m256)w->levels[1], (__m256i)codes);
    return choose(codes > 7, upper, lower);
#else
    /* The four bytes of a float are looked up one by one. */
    uint8x16x4_t table = {
            {(uint8x16_t)w->levels[0], (uint8x16_t)w->levels[1], (uint8x16_t)w->levels[2], (uint8x16_t)w->levels[3]}};
    return (vf)vqtbl4q_u8(table, (uint8x16_t)(codes * 0x04040404 + 0x03020100));
#endif
}

INLINE vf scaled(const struct weights *w, vu codes, i64 index) {
    vf v = level_of(w, codes) * all(load_one(w->scales, index >> w->shift, w->element));
    return w->element == BF16 ? widened(narrowed(v)) : v;
}

/* LANES elements from index on, a multiple of LANES. */
INLINE vf elements(const struct weights *w, i64 index) {
    const uint8_t *at = w->codes + (index >> 1);
    vu bytes;
    for (int i = 0; i < LANES; i++) {
        bytes[i] = at[i / 2];
    }
    vu shifts;
    for (int i = 0; i < LANES; i++) {
        shifts[i] = i % 2 ? 0 : 4;
    }
    return scaled(w, bytes >> shifts & 15, index);
}

/* LANES pairs of bf16 from index on, a multiple of 2 * LANES. */
INLINE vu element_pairs(const struct weights *w, i64 index) {
    typedef uint8_t bytes_at __attribute__((vector_size(LANES), aligned(1), may_alias));
    vu bytes = __builtin_convertvector(*(const bytes_at *)(w->codes + (index >> 1)), vu);
    return (vu)scaled(w, bytes >> 4, index) >> 16 | (vu)scaled(w, bytes & 15, index);
}

/* Rows of the matrix are columns of panels. */
INLINE void pack_rows(
        const struct weights *w, i64 row, i64 column, i64 size, i64 inner, char *target, i64 panel_stride, int pairs) {
    for (i64 first = 0; first < size; first += PANEL_COLUMNS, target += panel_stride) {
        for (int j = 0; j < PANEL_VECTORS; j++) {
            i64 rows = size - first - j * LANES;
            i64 index = (row + first + j * LANES) * w->width + column;
            char *at = target + j * LANES * UNIT;
            for (i64 k = 0; k < inner; k += pairs ? 2 * LANES : LANES) {
                vu v[LANES];
                for (int i = 0; i < LANES; i++) {
                    i64 own = index + i * w->width + k;
                    v[i] = i >= rows ? (vu){} : pairs ? element_pairs(w, own) : (vu)elements(w, own);
                }
                transpose(v);
                for (int i = 0; i < LANES; i++, at += PANEL_COLUMNS * UNIT) {
                    *(vu_at *)at = v[i];
                }
            }
        }
    }
}

/* One step of a panel: a row of the matrix, or pairs of it and the next one, which is missing if single. */
INLINE void pack_step(const struct weights *w, i64 index, i64 count, int single, char *target, int pairs) {
    for (int j = 0; j < PANEL_VECTORS; j++) {
        vu v = {};
        if (j * LANES < count) {
            v = (vu)elements(w, index + j * LANES);
            if (pairs) {
                v = v >> 16 | (single ? (vu){} : (vu)elements(w, index + w->width + j * LANES));
            }
        }
        *(vu_at *)(target + j * LANES * UNIT) = v;
    }
}

/* Columns of the matrix are columns of panels. STEPS of all panels come before the next ones. */
INLINE void pack_columns(
        const struct weights *w, i64 row, i64 column, i64 size, i64 inner, char *target, i64 panel_stride, int pairs) {
    i64 taken = pairs ? 2 : 1;
    i64 units = (inner + taken - 1) / taken;
    for (i64 block = 0; block < units; block += STEPS) {
        i64 end = least(block + STEPS, units);
        char *panel = target;
        for (i64 first = 0; first < size; first += PANEL_COLUMNS, panel += panel_stride) {
            for (i64 k = block; k < end; k++) {
                i64 index = (row + k * taken) * w->width + column + first;
                pack_step(w, index, size - first, k * taken + 1 == inner, panel + k * PANEL_COLUMNS * UNIT, pairs);
            }
        }
    }
}

/*
 * Packs columns of a right operand. They are rows of a row-major matrix of four-bit codes (by_rows) or its columns:
 * size of them, from row and column on, with inner elements of each. A row has width elements, in blocks of 2^shift
 * elements, at least 32, with a scale of element's dtype each; the width is a multiple of a block. column and the count
 * of columns are multiples of LANES, or of 2 * LANES for pairs by_rows. pairs only with scales in bf16.
 */
KERNEL(packFourBits, i64 codes, i64 levels, i64 scales, int element, int shift, i64 width, i64 row, i64 column,
        i64 size, i64 inner, int by_rows, i64 target, i64 panel_stride, int pairs) {
    struct weights w = {.codes = (const uint8_t *)codes,
            .scales = (const char *)scales,
            .element = element,
            .shift = shift,
            .width = width};
    for (int i = 0; i < LEVEL_VECTORS; i++) {
        w.levels[i] = load((const char *)levels, i * LANES, FP32);
    }
    if (by_rows) {
        if (MULTIPLIES_PAIRS && pairs) {
            pack_rows(&w, row, column, size, inner, (char *)target, panel_stride, 1);
        } else {
            pack_rows(&w, row, column, size, inner, (char *)target, panel_stride, 0);
        }
    } else if (MULTIPLIES_PAIRS && pairs) {
        pack_columns(&w, row, column, size, inner, (char *)target, panel_stride, 1);
    } else {
        pack_columns(&w, row, column, size, inner, (char *)target, panel_stride, 0);
    }
}
