/*
 * Products of packed panels (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"): the sums
 * of a tile, a panel's rows by a panel's columns, stay in registers for the whole inner dimension.
 */
#include "panels.h"

/* How a tile's sums are written: target = alpha * (sums + before) (+ target). */
struct place {
    float alpha;
    int adds;
    /* Whether registers are written to the target directly: it is fp32, before is 0, and every vector is whole. */
    int direct;
    int element;
    i64 stride;
    i64 before_stride;
    /* If not direct, sums are written here first, PANEL_ROWS by PANEL_COLUMNS. */
    float *tile;
};

/* The loops over a tile's registers must be unrolled; otherwise its sums would be in memory. */
#define UNROLLED _Pragma("GCC unroll 16")

/* rows, vectors and pairs are constants when this is inlined, so that the sums are registers. */
INLINE void multiply_tile(const char *left, const char *right, i64 step, i64 inner, char *target,
        const struct place *place, int rows, int vectors, int pairs) {
    vf sums[PANEL_ROWS][PANEL_VECTORS];
    UNROLLED
    for (int i = 0; i < rows; i++) {
        UNROLLED
        for (int j = 0; j < vectors; j++) {
            sums[i][j] = (vf){};
        }
    }
    for (i64 k = 0; k < inner; k++) {
        vf columns[PANEL_VECTORS];
        UNROLLED
        for (int j = 0; j < vectors; j++) {
            columns[j] = *(const vf_at *)(right + j * LANES * UNIT);
        }
        UNROLLED
        for (int i = 0; i < rows; i++) {
            vf row = all(((const float_at *)left)[i]);
            UNROLLED
            for (int j = 0; j < vectors; j++) {
                sums[i][j] = pairs ? pair_products(sums[i][j], (vu)row, (vu)columns[j]) : sums[i][j] + row * columns[j];
            }
        }
        left += PANEL_ROWS * UNIT;
        right += step;
    }
    vf factor = all(place->alpha);
    i64 stride = place->stride;
    float *tile = place->tile;
    if (!place->direct) {
        UNROLLED
        for (int i = 0; i < rows; i++) {
            UNROLLED
            for (int j = 0; j < vectors; j++) {
                *(vf_at *)(tile + i * PANEL_COLUMNS + j * LANES) = sums[i][j];
            }
        }
    } else if (place->adds) {
        UNROLLED
        for (int i = 0; i < rows; i++, target += stride) {
            UNROLLED
            for (int j = 0; j < vectors; j++) {
                *((vf_at *)target + j) += sums[i][j] * factor;
            }
        }
    } else {
        UNROLLED
        for (int i = 0; i < rows; i++, target += stride) {
            UNROLLED
            for (int j = 0; j < vectors; j++) {
                *((vf_at *)target + j) = sums[i][j] * factor;
            }
        }
    }
}

typedef void tile_kernel(
        const char *left, const char *right, i64 step, i64 inner, char *target, const struct place *place);

/* A function for each number of rows and vectors, so that thin matrices cost no more than their size. */
#define TILE(rows, vectors, pairs) \
    static void tile_##rows##_##vectors##_##pairs( \
            const char *left, const char *right, i64 step, i64 inner, char *target, const struct place *place) { \
        multiply_tile(left, right, step, inner, target, place, rows, vectors, pairs); \
    }
#define NAME(rows, vectors, pairs) tile_##rows##_##vectors##_##pairs,

#define UP_TO_6(use, v, p) use(1, v, p) use(2, v, p) use(3, v, p) use(4, v, p) use(5, v, p) use(6, v, p)
#define UP_TO_8(use, v, p) UP_TO_6(use, v, p) use(7, v, p) use(8, v, p)
#define UP_TO_12(use, v, p) UP_TO_8(use, v, p) use(9, v, p) use(10, v, p) use(11, v, p) use(12, v, p)
#define UP_TO_14(use, v, p) UP_TO_12(use, v, p) use(13, v, p) use(14, v, p)

#if LANES == 16
#define ALL(use, v, p) UP_TO_14(use, v, p)
#elif LANES == 8
#define ALL(use, v, p) UP_TO_6(use, v, p)
#else
#define ALL(use, v, p) UP_TO_8(use, v, p)
#endif

/* Kernels by number of vectors and then of rows, both from 1. */
ALL(TILE, 1, 0)
ALL(TILE, 2, 0)
#if LANES == 4
ALL(TILE, 3, 0)
static tile_kernel *const floats[][PANEL_ROWS] = {{ALL(NAME, 1, 0)}, {ALL(NAME, 2, 0)}, {ALL(NAME, 3, 0)}};
#else
static tile_kernel *const floats[][PANEL_ROWS] = {{ALL(NAME, 1, 0)}, {ALL(NAME, 2, 0)}};
#endif

#if MULTIPLIES_PAIRS
ALL(TILE, 1, 1)
ALL(TILE, 2, 1)
#if LANES == 4
ALL(TILE, 3, 1)
static tile_kernel *const pairs_of_bf16[][PANEL_ROWS] = {{ALL(NAME, 1, 1)}, {ALL(NAME, 2, 1)}, {ALL(NAME, 3, 1)}};
#else
static tile_kernel *const pairs_of_bf16[][PANEL_ROWS] = {{ALL(NAME, 1, 1)}, {ALL(NAME, 2, 1)}};
#endif
#endif

INLINE tile_kernel *kernel_for(i64 rows, i64 columns, int pairs) {
    i64 vectors = (columns + LANES - 1) / LANES;
#if MULTIPLIES_PAIRS
    if (pairs) {
        return pairs_of_bf16[vectors - 1][rows - 1];
    }
#endif
    return floats[vectors - 1][rows - 1];
}

/* Writes the sums of a tile to rows of any length, in fp32 or bf16. */
INLINE void write_rows(const float *tile, char *target, const char *before, i64 rows, i64 columns,
        const struct place *place, int element) {
    i64 whole = columns / LANES * LANES;
    for (i64 i = 0; i < rows; i++, target += place->stride, before += place->before_stride, tile += PANEL_COLUMNS) {
        for (i64 j = 0; j < whole; j += LANES) {
            vf v = load(tile, j, FP32);
            v = (place->before_stride ? v + load(before, j, FP32) : v) * all(place->alpha);
            store(target, j, place->adds ? v + load(target, j, element) : v, element);
        }
        for (i64 j = whole; j < columns; j++) {
            float v = tile[j];
            v = (place->before_stride ? v + load_one(before, j, FP32) : v) * place->alpha;
            store_one(target, j, place->adds ? v + load_one(target, j, element) : v, element);
        }
    }
}

static void write_tile(char *target, const char *before, i64 rows, i64 columns, const struct place *place) {
    if (place->element == FP32) {
        write_rows(place->tile, target, before, rows, columns, place, FP32);
    } else {
        write_rows(place->tile, target, before, rows, columns, place, BF16);
    }
}

/*
 * target = alpha * (left x right + before) (+ target). left: [rows] in panels of PANEL_ROWS, right: [columns] in panels
 * of PANEL_COLUMNS, both with inner units; target: [rows, columns] of element; before: [rows, columns] in fp32, 0 for
 * none. Strides are bytes from a panel or a row to the next. right_step is bytes between neighbours along the inner
 * dimension: PANEL_COLUMNS units, unless right is an unpacked matrix. by_columns: each right panel is multiplied with
 * all left panels in turn, so that it stays in the first-level cache; otherwise each left panel with all right ones.
 */
KERNEL(multiplyPanels, i64 left, i64 left_stride, i64 right, i64 right_stride, i64 right_step, i64 inner, i64 rows,
        i64 columns, i64 target, i64 target_stride, i64 before, i64 before_stride, float alpha, int adds, int element,
        int pairs, int by_columns) {
    float tile[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
    struct place place = {.alpha = alpha, .adds = adds, .element = element, .tile = tile};
    place.stride = target_stride;
    place.before_stride = before ? before_stride : 0;
    i64 down = (rows + PANEL_ROWS - 1) / PANEL_ROWS;
    i64 across = (columns + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
    for (i64 outer = 0; outer < (by_columns ? across : down); outer++) {
        for (i64 n = 0; n < (by_columns ? down : across); n++) {
            i64 i = by_columns ? n : outer;
            i64 j = by_columns ? outer : n;
            const char *left_panel = (const char *)left + i * left_stride;
            const char *right_panel = (const char *)right + j * right_stride;
            i64 height = least(PANEL_ROWS, rows - i * PANEL_ROWS);
            i64 width = least(PANEL_COLUMNS, columns - j * PANEL_COLUMNS);
            char *at = (char *)target + i * PANEL_ROWS * target_stride + j * PANEL_COLUMNS * element;
            const char *sums = (const char *)before + i * PANEL_ROWS * before_stride + j * PANEL_COLUMNS * FP32;
            tile_kernel *kernel = kernel_for(height, width, pairs);
            place.direct = element == FP32 && !before && width % LANES == 0;
            kernel(left_panel, right_panel, right_step, inner, at, &place);
            if (!place.direct) {
                write_tile(at, sums, height, width, &place);
            }
        }
    }
}
