/* Puts an operand of a product into panels (see panels.h). */
#include "panels.h"
#include "transpose.h"

/* How elements become units: floats and pairs of bf16 unchanged, or bf16 widened to floats. */
enum { FLOATS, BF16_PAIRS, BF16_WIDENED };

typedef uint32_t unit_at __attribute__((aligned(1), may_alias));

INLINE uint32_t widened_bits(const char *at) {
    return (uint32_t)*(const half_at *)at << 16;
}

/* A unit of a row along the inner dimension; single: whether it is a bf16 without a neighbour. */
INLINE uint32_t across_one(const char *at, int single, int kind) {
    if (kind == BF16_WIDENED) {
        return widened_bits(at);
    }
    return single ? *(const half_at *)at : *(const unit_at *)at;
}

/*
 * Up to LANES rows along the inner dimension become as many columns of a panel. Whole vectors are written even if a
 * panel is narrower: the next step overwrites the excess, and the panel has room after its end.
 */
INLINE void pack_across(const char *source, i64 stride, i64 rows, i64 inner, char *target, i64 step, int kind) {
    i64 bytes = kind == BF16_WIDENED ? BF16 : UNIT;
    i64 units = kind == BF16_PAIRS ? inner / 2 : inner;
    i64 all_units = kind == BF16_PAIRS ? (inner + 1) / 2 : inner;
    i64 k = 0;
    for (; k + LANES <= units; k += LANES) {
        vu v[LANES];
        for (int row = 0; row < LANES; row++) {
            const char *at = source + row * stride + k * bytes;
            v[row] = row >= rows ? (vu){} : kind == BF16_WIDENED ? (vu)load(at, 0, BF16) : (vu) * (const vu_at *)at;
        }
        transpose(v);
        for (int i = 0; i < LANES; i++, target += step) {
            *(vu_at *)target = v[i];
        }
    }
    for (; k < all_units; k++, target += step) {
        vu v = {};
        for (i64 row = 0; row < rows; row++) {
            v[row] = across_one(source + row * stride + k * bytes, k >= units, kind);
        }
        *(vu_at *)target = v;
    }
}

/* The units of a step: neighbours in a row, or pairs of elements of two rows. */
INLINE vu along(const char *at, i64 stride, int single, int kind) {
    if (kind == FLOATS) {
        return *(const vu_at *)at;
    }
    if (kind == BF16_WIDENED) {
        return (vu)load(at, 0, BF16);
    }
    vu first = __builtin_convertvector(*(const vh_at *)at, vu);
    return single ? first : first | (vu)load(at + stride, 0, BF16);
}

INLINE vu along_some(const char *at, i64 stride, i64 count, int single, int kind) {
    vu v = {};
    for (i64 i = 0; i < count; i++) {
        if (kind == FLOATS) {
            v[i] = ((const unit_at *)at)[i];
        } else if (kind == BF16_WIDENED) {
            v[i] = widened_bits(at + i * BF16);
        } else {
            v[i] = ((const half_at *)at)[i] | (single ? 0 : widened_bits(at + stride + i * BF16));
        }
    }
    return v;
}

/* One step of a panel, from a row across the inner dimension. */
INLINE void pack_step(const char *at, i64 stride, i64 count, int single, char *target, int vectors, int kind) {
    i64 bytes = kind == FLOATS ? FP32 : BF16;
    for (int j = 0; j < vectors; j++) {
        i64 rest = count - j * LANES;
        const char *from = at + j * LANES * bytes;
        *(vu_at *)(target + j * LANES * UNIT) =
                rest >= LANES ? along(from, stride, single, kind) : along_some(from, stride, rest, single, kind);
    }
}

INLINE void pack_along(
        const char *source, i64 stride, i64 size, i64 inner, char *target, i64 panel_stride, int width, int kind) {
    i64 element = kind == FLOATS ? FP32 : BF16;
    i64 taken = kind == BF16_PAIRS ? 2 : 1;
    i64 units = (inner + taken - 1) / taken;
    for (i64 block = 0; block < units; block += STEPS) {
        char *panel = target;
        i64 end = least(block + STEPS, units);
        for (i64 first = 0; first < size; first += width, panel += panel_stride) {
            for (i64 k = block; k < end; k++) {
                const char *at = source + k * taken * stride + first * element;
                int single = k * taken + 1 == inner;
                int vectors = (width + LANES - 1) / LANES;
                pack_step(at, stride, size - first, single, panel + k * width * UNIT, vectors, kind);
            }
        }
    }
}

INLINE void pack(const char *source, i64 side_stride, i64 inner_stride, i64 size, i64 inner, char *target,
        i64 panel_stride, int width, int kind) {
    if (side_stride == (kind == FLOATS ? FP32 : BF16)) {
        pack_along(source, inner_stride, size, inner, target, panel_stride, width, kind);
        return;
    }
    for (i64 first = 0; first < size; first += width, target += panel_stride) {
        for (i64 i = 0; i < width; i += LANES) {
            i64 rows = least(size - first - i, LANES);
            pack_across(source + (first + i) * side_stride, side_stride, rows, inner, target + i * UNIT, width * UNIT,
                    kind);
        }
    }
}

#define PACK(width, kind) \
    pack((const char *)source, side_stride, inner_stride, size, inner, (char *)target, panel_stride, width, kind)

/*
 * Packs size rows of the left operand, or size columns of the right one, of inner elements each. Strides are bytes from
 * one row or column to the next, and along the inner dimension; one of the two strides is an element. The last panel and
 * the last pair are padded with zeros. After each panel there must be room for a vector.
 */
KERNEL(packPanels, i64 source, i64 side_stride, i64 inner_stride, i64 size, i64 inner, int element, i64 target,
        i64 panel_stride, int left, int pairs) {
    if (element == FP32) {
        left ? PACK(PANEL_ROWS, FLOATS) : PACK(PANEL_COLUMNS, FLOATS);
    } else if (pairs) {
        left ? PACK(PANEL_ROWS, BF16_PAIRS) : PACK(PANEL_COLUMNS, BF16_PAIRS);
    } else {
        left ? PACK(PANEL_ROWS, BF16_WIDENED) : PACK(PANEL_COLUMNS, BF16_WIDENED);
    }
}
