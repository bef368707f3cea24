/*
 * Packs rows of a tensor in the orders that products read (product.h): as 32-bit units, padded with zeros. A unit is a
 * float, or a pair of bf16: two neighbours in a row, or the elements of a column in two neighbouring rows.
 */
#ifndef TUNE4J_PACK_H
#define TUNE4J_PACK_H

#include "product.h"
#include "transpose.h"

enum { FLOATS = 0, PAIRS_ALONG = 1, PAIRS_ACROSS = 2 };

/* Rows of a tensor: width elements each; stride is bytes between rows. */
typedef struct {
    const char *rows;
    i64 stride;
    i64 count;
    i64 width;
} source;

INLINE source from_source_row(source s, i64 row, i64 count) {
    return (source){s.rows + row * s.stride, s.stride, count, s.width};
}

/* LANES elements as floats; zeros where there are none. */
INLINE vf floats_at(source s, i64 row, i64 i, int element) {
    if (row >= s.count || i >= s.width) {
        return (vf){};
    }
    const char *elements = s.rows + row * s.stride;
    if (i + LANES <= s.width) {
        return load(elements, i, element);
    }
    return load_some(elements, i, s.width - i, 0, element);
}

/* LANES units of a row that has so many. */
INLINE vu whole_units_at(source s, i64 row, i64 i, int kind, int element) {
    if (kind == FLOATS) {
        return (vu)load(s.rows + row * s.stride, i, element);
    }
    if (kind == PAIRS_ACROSS) {
        const char *first = s.rows + 2 * row * s.stride;
        return (vu)load(first, i, BF16) >> 16 | (vu)load(first + s.stride, i, BF16);
    }
    return *(const vu_at *)(s.rows + row * s.stride + i * 4);
}

/* LANES units of a row of units; zeros where there are none. */
static __attribute__((noinline)) vu units_at(source s, i64 row, i64 i, int kind, int element) {
    if (kind == FLOATS) {
        return (vu)floats_at(s, row, i, element);
    }
    if (kind == PAIRS_ACROSS) {
        return (vu)floats_at(s, 2 * row, i, BF16) >> 16 | (vu)floats_at(s, 2 * row + 1, i, BF16);
    }
    vu units = {};
    for (i64 at = 2 * i; row < s.count && at < least(s.width, 2 * (i + LANES)); at++) {
        uint32_t half = ((const half_at *)(s.rows + row * s.stride))[at];
        units[at / 2 - i] |= at % 2 == 0 ? half : half << 16;
    }
    return units;
}

/* Numbers of whole rows of units, and of whole vectors. */
INLINE i64 whole_rows(source s, int kind) { return kind == PAIRS_ACROSS ? s.count / 2 : s.count; }

INLINE i64 whole_units(source s, int kind) { return (kind == PAIRS_ALONG ? s.width / 2 : s.width) / LANES * LANES; }

/* Two rows of floats as pairs of bf16, the first one's in the lower halves. */
INLINE vu pair_of(vf first, vf second) {
    return __builtin_convertvector(narrowed(first), vu) | __builtin_convertvector(narrowed(second), vu) << 16;
}

/* Rows of units; so many units of each are a multiple of LANES. */
INLINE void rows_of_units(source s, int kind, int element, matrix target, i64 rows, i64 units) {
    i64 whole = whole_units(s, kind);
    for (i64 row = 0; row < rows; row++) {
        char *to = target.rows + row * target.stride;
        i64 i = 0;
        for (; row < whole_rows(s, kind) && i < whole; i += LANES) {
            *(vu_at *)(to + i * 4) = whole_units_at(s, row, i, kind, element);
        }
        for (; i < units; i += LANES) {
            *(vu_at *)(to + i * 4) = units_at(s, row, i, kind, element);
        }
    }
}

/* Columns of units as rows: target is [units][rows]. Both numbers are multiples of LANES. */
INLINE void columns_of_units(source s, int kind, int element, matrix target, i64 rows, i64 units) {
    for (i64 row = 0; row < rows; row += LANES) {
        i64 whole = row + LANES <= whole_rows(s, kind) ? whole_units(s, kind) : 0;
        for (i64 i = 0; i < units; i += LANES) {
            vu square[LANES];
            if (i < whole) {
                for (int j = 0; j < LANES; j++) {
                    square[j] = whole_units_at(s, row + j, i, kind, element);
                }
            } else {
                for (int j = 0; j < LANES; j++) {
                    square[j] = units_at(s, row + j, i, kind, element);
                }
            }
            transpose(square);
            for (int j = 0; j < LANES; j++) {
                *(vu_at *)(target.rows + (i + j) * target.stride + row * 4) = square[j];
            }
        }
    }
}

/* Writes columns of floats, [width][rows], times a factor for each column, as rows of elements. */
INLINE void rows_of_columns(
        matrix columns, const float *factors, char *rows, i64 stride, i64 count, i64 width, int element) {
    for (i64 row = 0; row < count; row += LANES) {
        vf factor = *(const vf_at *)(factors + row);
        for (i64 i = 0; i < width; i += LANES) {
            vu square[LANES];
            for (int j = 0; j < LANES; j++) {
                square[j] = (vu)(*(const vf_at *)(columns.rows + (i + j) * columns.stride + row * 4) * factor);
            }
            transpose(square);
            char *to = rows + row * stride;
            if (row + LANES <= count && i + LANES <= width) {
                for (int j = 0; j < LANES; j++) {
                    store(to + j * stride, i, (vf)square[j], element);
                }
            } else {
                for (int j = 0; j < least(LANES, count - row); j++) {
                    store_some(to + j * stride, i, least(LANES, width - i), (vf)square[j], element);
                }
            }
        }
    }
}

/* Not inlined, because the code is long. */
static __attribute__((noinline)) void pack_rows(source s, int kind, int element, matrix target, i64 rows, i64 units) {
    if (kind == PAIRS_ALONG) {
        rows_of_units(s, PAIRS_ALONG, BF16, target, rows, units);
    } else if (kind == PAIRS_ACROSS) {
        rows_of_units(s, PAIRS_ACROSS, BF16, target, rows, units);
    } else if (element == FP32) {
        rows_of_units(s, FLOATS, FP32, target, rows, units);
    } else {
        rows_of_units(s, FLOATS, BF16, target, rows, units);
    }
}

static __attribute__((noinline)) void pack_columns(
        source s, int kind, int element, matrix target, i64 rows, i64 units) {
    if (kind == PAIRS_ALONG) {
        columns_of_units(s, PAIRS_ALONG, BF16, target, rows, units);
    } else if (kind == PAIRS_ACROSS) {
        columns_of_units(s, PAIRS_ACROSS, BF16, target, rows, units);
    } else if (element == FP32) {
        columns_of_units(s, FLOATS, FP32, target, rows, units);
    } else {
        columns_of_units(s, FLOATS, BF16, target, rows, units);
    }
}

static __attribute__((noinline)) void unpack_columns(
        matrix columns, const float *factors, char *rows, i64 stride, i64 count, i64 width, int element) {
    if (element == FP32) {
        rows_of_columns(columns, factors, rows, stride, count, width, FP32);
    } else {
        rows_of_columns(columns, factors, rows, stride, count, width, BF16);
    }
}

/* Whether no element is NaN or infinite. */
static __attribute__((noinline)) int are_finite(source s, int element) {
    vi infinite = {};
    for (i64 row = 0; row < s.count; row++) {
        i64 i = 0;
        for (; i + LANES <= s.width; i += LANES) {
            vf v = load(s.rows + row * s.stride, i, element);
            infinite |= v - v != (vf){};
        }
        if (i < s.width) {
            vf v = floats_at(s, row, i, element);
            infinite |= v - v != (vf){};
        }
    }
    int32_t any = 0;
    for (int i = 0; i < LANES; i++) {
        any |= infinite[i];
    }
    return any == 0;
}

#endif
