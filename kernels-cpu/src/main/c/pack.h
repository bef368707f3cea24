/*
 * Rows of a tensor in the orders in which products want them (product.h): as 32-bit units, padded with zeros. A unit is a float, or a pair
 * of bf16: of neighbours along a row, or of a column's elements in two neighbouring rows.
 */
#ifndef TUNE4J_PACK_H
#define TUNE4J_PACK_H

#include "product.h"
#include "transpose.h"

enum { FLOATS = 0, PAIRS_ALONG = 1, PAIRS_ACROSS = 2 };

/* Rows of so many elements each, so many bytes apart. */
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

/* LANES units of a row of units. */
INLINE vu units_at(source s, i64 row, i64 i, int kind, int element) {
    if (kind == FLOATS) {
        return (vu)floats_at(s, row, i, element);
    }
    if (kind == PAIRS_ACROSS) {
        return (vu)floats_at(s, 2 * row, i, BF16) >> 16 | (vu)floats_at(s, 2 * row + 1, i, BF16);
    }
    if (row < s.count && 2 * i + 2 * LANES <= s.width) {
        return *(const vu_at *)(s.rows + row * s.stride + i * 4);
    }
    vu units = {};
    for (i64 at = 2 * i; row < s.count && at < least(s.width, 2 * (i + LANES)); at++) {
        uint32_t half = ((const half_at *)(s.rows + row * s.stride))[at];
        units[at / 2 - i] |= at % 2 == 0 ? half : half << 16;
    }
    return units;
}

/* Two rows of floats as pairs of bf16, the first one's in the lower halves. */
INLINE vu pair_of(vf first, vf second) {
    return __builtin_convertvector(narrowed(first), vu) | __builtin_convertvector(narrowed(second), vu) << 16;
}

/* Rows of units; so many units of each are a multiple of LANES. */
INLINE void pack_rows(source s, int kind, int element, matrix target, i64 rows, i64 units) {
    for (i64 row = 0; row < rows; row++) {
        for (i64 i = 0; i < units; i += LANES) {
            *(vu_at *)(target.rows + row * target.stride + i * 4) = units_at(s, row, i, kind, element);
        }
    }
}

/* Columns of units as rows: target is [units][rows]. Both numbers are multiples of LANES. */
INLINE void pack_columns(source s, int kind, int element, matrix target, i64 rows, i64 units) {
    for (i64 row = 0; row < rows; row += LANES) {
        for (i64 i = 0; i < units; i += LANES) {
            vu square[LANES];
            for (int j = 0; j < LANES; j++) {
                square[j] = units_at(s, row + j, i, kind, element);
            }
            transpose(square);
            for (int j = 0; j < LANES; j++) {
                *(vu_at *)(target.rows + (i + j) * target.stride + row * 4) = square[j];
            }
        }
    }
}

/* Writes columns of floats, [width][rows], times a factor for each column, as rows of elements. */
INLINE void unpack_columns(matrix columns, const float *factors, char *rows, i64 stride, i64 count, i64 width, int element) {
    for (i64 row = 0; row < count; row += LANES) {
        vf factor = *(const vf_at *)(factors + row);
        for (i64 i = 0; i < width; i += LANES) {
            vu square[LANES];
            for (int j = 0; j < LANES; j++) {
                square[j] = (vu)(*(const vf_at *)(columns.rows + (i + j) * columns.stride + row * 4) * factor);
            }
            transpose(square);
            for (int j = 0; j < LANES; j++) {
                if (row + j < count && i + LANES <= width) {
                    store(rows + (row + j) * stride, i, (vf)square[j], element);
                } else if (row + j < count) {
                    store_some(rows + (row + j) * stride, i, width - i, (vf)square[j], element);
                }
            }
        }
    }
}

/* Whether no element is NaN or infinite. */
INLINE int are_finite(source s, int element) {
    vi infinite = {};
    for (i64 row = 0; row < s.count; row++) {
        for (i64 i = 0; i < s.width; i += LANES) {
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
