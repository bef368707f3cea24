/*
 * Products of few rows with a weight, y = x W', as generation needs them: each element of the weight is read once, where it lies, and
 * the time is that of memory. A sum depends on neither the number of rows nor how the weight is divided among threads.
 */
#include "few_rows.h"

/* rows sums for each of outs rows of the weight. x is in fp32. */
INLINE void dots(const char *w, i64 w_stride, const char *x, i64 x_stride, i64 inner, float sums[MOST_OUTS][MOST_ROWS], int outs,
        int rows, int element) {
    vf acc[MOST_OUTS][MOST_ROWS];
    for (int o = 0; o < outs; o++) {
        for (int r = 0; r < rows; r++) {
            acc[o][r] = (vf){};
        }
    }
    i64 whole = inner / LANES * LANES;
    for (i64 i = 0; i < whole; i += LANES) {
        vf weights[MOST_OUTS];
        for (int o = 0; o < outs; o++) {
            weights[o] = load(w + o * w_stride, i, element);
        }
        for (int r = 0; r < rows; r++) {
            vf v = *(const vf_at *)(x + r * x_stride + i * FP32);
            for (int o = 0; o < outs; o++) {
                acc[o][r] += weights[o] * v;
            }
        }
    }
    i64 rest = inner - whole;
    for (int o = 0; o < outs; o++) {
        vf last = rest > 0 ? load_some(w + o * w_stride, whole, rest, 0, element) : (vf){};
        for (int r = 0; r < rows; r++) {
            if (rest > 0) {
                acc[o][r] += last * load_some(x + r * x_stride, whole, rest, 0, FP32);
            }
            sums[o][r] = sum(acc[o][r]);
        }
    }
}

/* All rows of the weight with 1 to MOST_ROWS rows of x. */
INLINE void some_rows(const char *x, i64 x_stride, i64 inner, const char *w, i64 w_stride, i64 count, char *y, i64 y_stride,
        float alpha, int adds, int outs, int rows, int element) {
    float sums[MOST_OUTS][MOST_ROWS];
    i64 out = 0;
    for (; out + outs <= count; out += outs) {
        dots(w + out * w_stride, w_stride, x, x_stride, inner, sums, outs, rows, element);
        write(y, y_stride, out, sums, outs, rows, alpha, adds, element);
    }
    for (; out < count; out++) {
        dots(w + out * w_stride, w_stride, x, x_stride, inner, sums, 1, rows, element);
        write(y, y_stride, out, sums, 1, rows, alpha, adds, element);
    }
}

/* Rows of the weight that stay in the first cache while all rows of x pass. */
INLINE i64 strip(i64 w_stride) {
    i64 fit = (16 << 10) / (w_stride > 0 ? w_stride : 1) / MOST_OUTS * MOST_OUTS;
    return fit < MOST_OUTS ? MOST_OUTS : fit;
}

INLINE void all_rows(const char *x, i64 x_stride, i64 rows, i64 inner, const char *w, i64 w_stride, i64 count, char *y, i64 y_stride,
        float alpha, int adds, int element) {
    i64 step = rows <= MOST_ROWS ? count : strip(w_stride);
    for (i64 from = 0; from < count; from += step) {
        i64 outs = least(step, count - from);
        const char *own = w + from * w_stride;
        char *to = y + from * element;
        for (i64 r = 0; r < rows; r += MOST_ROWS) {
            const char *xs = x + r * x_stride;
            char *ys = to + r * y_stride;
            switch (least(MOST_ROWS, rows - r)) {
            case 1: some_rows(xs, x_stride, inner, own, w_stride, outs, ys, y_stride, alpha, adds, 4, 1, element); break;
            case 2: some_rows(xs, x_stride, inner, own, w_stride, outs, ys, y_stride, alpha, adds, 4, 2, element); break;
            case 3: some_rows(xs, x_stride, inner, own, w_stride, outs, ys, y_stride, alpha, adds, 2, 3, element); break;
            default: some_rows(xs, x_stride, inner, own, w_stride, outs, ys, y_stride, alpha, adds, 2, 4, element);
            }
        }
    }
}

/* The weight is [count, inner]; scratch is [rows, inner] in fp32, for bf16 alone. */
KERNEL(fewRows, i64 x, i64 x_stride, i64 rows, i64 inner, i64 weight, i64 weight_stride, i64 count, i64 y, i64 y_stride,
        float alpha, int adds, i64 scratch, int element) {
    if (element == FP32) {
        all_rows((const char *)x, x_stride, rows, inner, (char *)weight, weight_stride, count, (char *)y, y_stride, alpha, adds, FP32);
    } else {
        widen((const char *)x, x_stride, rows, inner, (float_at *)scratch);
        all_rows((char *)scratch, inner * FP32, rows, inner, (char *)weight, weight_stride, count, (char *)y, y_stride, alpha, adds, BF16);
    }
}
