/*
 * Products of packed panels (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"): the sums of a tile, a
 * panel's rows by a panel's columns, stay in registers for the whole inner side.
 */
#include "panels.h"

/* Where a tile's sums go: target = alpha * (sums + before) (+ target). */
struct place {
    float alpha;
    int adds;
    /* Whether the target is fp32, nothing was before, and every vector is whole: then a tile needs no detour through tile. */
    int direct;
    int element;
    i64 stride;
    i64 beforeStride;
    /* PANEL_ROWS by PANEL_COLUMNS raw sums. */
    float *tile;
};

/* The loops over a tile's registers must vanish, or its sums would lie in memory. */
#define UNROLLED _Pragma("GCC unroll 16")

/* rows, vectors and pairs are constants where this is inlined, so that the sums are registers. */
INLINE void multiply_tile(
        const char *left, const char *right, i64 inner, char *target, const struct place *place, int rows, int vectors, int pairs) {
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
        right += PANEL_COLUMNS * UNIT;
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

typedef void tile_kernel(const char *left, const char *right, i64 inner, char *target, const struct place *place);

/* A function for each number of rows and vectors, so that thin matrices cost what they have. */
#define TILE(rows, vectors, pairs) \
    static void tile_##rows##_##vectors##_##pairs( \
            const char *left, const char *right, i64 inner, char *target, const struct place *place) { \
        multiply_tile(left, right, inner, target, place, rows, vectors, pairs); \
    }
#define NAME(rows, vectors, pairs) tile_##rows##_##vectors##_##pairs,

#define UP_TO_6(use, vectors, pairs) \
    use(1, vectors, pairs) use(2, vectors, pairs) use(3, vectors, pairs) use(4, vectors, pairs) use(5, vectors, pairs) \
    use(6, vectors, pairs)
#define UP_TO_8(use, vectors, pairs) UP_TO_6(use, vectors, pairs) use(7, vectors, pairs) use(8, vectors, pairs)
#define UP_TO_14(use, vectors, pairs) \
    UP_TO_8(use, vectors, pairs) use(9, vectors, pairs) use(10, vectors, pairs) use(11, vectors, pairs) \
    use(12, vectors, pairs) use(13, vectors, pairs) use(14, vectors, pairs)

#if LANES == 16
#define TILES(use, pairs) {UP_TO_14(use, 1, pairs)}, {UP_TO_14(use, 2, pairs)}
UP_TO_14(TILE, 1, 0) UP_TO_14(TILE, 2, 0)
#if PAIRS
UP_TO_14(TILE, 1, 1) UP_TO_14(TILE, 2, 1)
#endif
#elif LANES == 8
#define TILES(use, pairs) {UP_TO_6(use, 1, pairs)}, {UP_TO_6(use, 2, pairs)}
UP_TO_6(TILE, 1, 0) UP_TO_6(TILE, 2, 0)
#else
#define TILES(use, pairs) {UP_TO_8(use, 1, pairs)}, {UP_TO_8(use, 2, pairs)}, {UP_TO_8(use, 3, pairs)}
UP_TO_8(TILE, 1, 0) UP_TO_8(TILE, 2, 0) UP_TO_8(TILE, 3, 0)
#if PAIRS
UP_TO_8(TILE, 1, 1) UP_TO_8(TILE, 2, 1) UP_TO_8(TILE, 3, 1)
#endif
#endif

static tile_kernel *const floats[PANEL_VECTORS][PANEL_ROWS] = {TILES(NAME, 0)};
#if PAIRS
static tile_kernel *const pairs_of_bf16[PANEL_VECTORS][PANEL_ROWS] = {TILES(NAME, 1)};
#endif

/* Writes the raw sums of a tile to rows of any length and either dtype. */
INLINE void write_rows(const float *tile, char *target, const char *before, i64 rows, i64 columns, const struct place *place, int element) {
    i64 whole = columns / LANES * LANES;
    for (i64 i = 0; i < rows; i++, target += place->stride, before += place->beforeStride, tile += PANEL_COLUMNS) {
        for (i64 j = 0; j < whole; j += LANES) {
            vf v = load(tile, j, FP32);
            v = (place->beforeStride ? v + load(before, j, FP32) : v) * all(place->alpha);
            store(target, j, place->adds ? v + load(target, j, element) : v, element);
        }
        for (i64 j = whole; j < columns; j++) {
            float v = tile[j];
            v = (place->beforeStride ? v + load_one(before, j, FP32) : v) * place->alpha;
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
 * target = alpha * (left x right + before) (+ target). left: [rows] in panels of PANEL_ROWS, right: [columns] in panels of PANEL_COLUMNS,
 * both with inner units; target: [rows, columns] of element; before: [rows, columns] in fp32, 0 for none. Strides are bytes from a panel
 * or a row to the next. by_columns: a right panel is multiplied with all left ones before the next right one comes, so that it stays in
 * the first-level cache; otherwise a left one with all right ones.
 */
KERNEL(multiplyPanels, i64 left, i64 left_stride, i64 right, i64 right_stride, i64 inner, i64 rows, i64 columns, i64 target,
        i64 target_stride, i64 before, i64 before_stride, float alpha, int adds, int element, int pairs, int by_columns) {
    float tile[PANEL_ROWS * PANEL_COLUMNS] __attribute__((aligned(64)));
    struct place place = {.alpha = alpha, .adds = adds, .element = element, .stride = target_stride,
            .beforeStride = before ? before_stride : 0, .tile = tile};
    i64 down = (rows + PANEL_ROWS - 1) / PANEL_ROWS;
    i64 across = (columns + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
    for (i64 n = 0; n < down * across; n++) {
        i64 i = by_columns ? n % down : n / across;
        i64 j = by_columns ? n / down : n % across;
        i64 height = least(PANEL_ROWS, rows - i * PANEL_ROWS);
        i64 width = least(PANEL_COLUMNS, columns - j * PANEL_COLUMNS);
        i64 vectors = (width + LANES - 1) / LANES;
        char *at = (char *)target + i * PANEL_ROWS * target_stride + j * PANEL_COLUMNS * element;
        place.direct = element == FP32 && !before && width % LANES == 0;
#if PAIRS
        tile_kernel *kernel = pairs ? pairs_of_bf16[vectors - 1][height - 1] : floats[vectors - 1][height - 1];
#else
        tile_kernel *kernel = floats[vectors - 1][height - 1];
#endif
        kernel((const char *)left + i * left_stride, (const char *)right + j * right_stride, inner, at, &place);
        if (!place.direct) {
            const char *own = (const char *)before + i * PANEL_ROWS * before_stride + j * PANEL_COLUMNS * FP32;
            write_tile(at, own, height, width, &place);
        }
    }
}
