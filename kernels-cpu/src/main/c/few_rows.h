/* What products of few rows have in common, whatever their weight is stored in. */
#ifndef TUNE4J_FEW_ROWS_H
#define TUNE4J_FEW_ROWS_H

#include "vector.h"

/* Rows of x, and of the weight, that are multiplied together. */
enum { MOST_ROWS = 4, MOST_OUTS = 4 };

INLINE void write(char *y, i64 y_stride, i64 out, float sums[MOST_OUTS][MOST_ROWS], int outs, int rows, float alpha, int adds,
        int element) {
    for (int r = 0; r < rows; r++) {
        char *row = y + r * y_stride;
        for (int o = 0; o < outs; o++) {
            float before = adds ? load_one(row, out + o, element) : 0;
            store_one(row, out + o, before + alpha * sums[o][r], element);
        }
    }
}

/* x in fp32 without gaps, for a weight in bf16. */
INLINE void widen(const char *x, i64 x_stride, i64 rows, i64 inner, float_at *target) {
    i64 whole = inner / LANES * LANES;
    for (i64 row = 0; row < rows; row++, x += x_stride, target += inner) {
        for (i64 i = 0; i < whole; i += LANES) {
            *(vf_at *)(target + i) = load(x, i, BF16);
        }
        for (i64 i = whole; i < inner; i++) {
            target[i] = load_one(x, i, BF16);
        }
    }
}

#endif
