/*
 * Products of few rows with a weight of four bits, y = x W', as generation with a quantized base needs them: codes are looked up in
 * registers, and the unpacked weight is never in memory. An element of the weight has the bits that four_bits.c gives it, and a sum
 * depends on neither the number of rows nor how the weight is divided among threads.
 */
#include "few_rows.h"
#include "four_bits.h"

/* A weight's rows, of whole blocks. */
typedef struct {
    const uint8_t *codes;
    const float_at *levels;
    const char *scales;
    i64 size;
    i64 blocks;
    int scale;
} packed;

/* rows sums for each of outs rows of the weight from row out on. x is in fp32. */
INLINE void dots(packed w, i64 out, const char *x, i64 x_stride, float sums[MOST_OUTS][MOST_ROWS], int outs, int rows) {
    vf acc[MOST_OUTS][MOST_ROWS];
    for (int o = 0; o < outs; o++) {
        for (int r = 0; r < rows; r++) {
            acc[o][r] = (vf){};
        }
    }
    for (i64 block = 0; block < w.blocks; block++) {
        float tables[MOST_OUTS][16];
        const uint8_t *codes[MOST_OUTS];
        for (int o = 0; o < outs; o++) {
            i64 number = (out + o) * w.blocks + block;
            scaled_table(w.levels, load_one(w.scales, number, w.scale), w.scale, tables[o]);
            codes[o] = w.codes + number * (w.size / 2);
        }
        const char *from = x + block * w.size * FP32;
        for (i64 i = 0; i < w.size; i += LANES) {
            vf weights[MOST_OUTS];
            for (int o = 0; o < outs; o++) {
                weights[o] = looked_up(codes[o] + i / 2, tables[o]);
            }
            for (int r = 0; r < rows; r++) {
                vf v = *(const vf_at *)(from + r * x_stride + i * FP32);
                for (int o = 0; o < outs; o++) {
                    acc[o][r] += weights[o] * v;
                }
            }
        }
    }
    for (int o = 0; o < outs; o++) {
        for (int r = 0; r < rows; r++) {
            sums[o][r] = sum(acc[o][r]);
        }
    }
}

/* Some rows of the weight with 1 to MOST_ROWS rows of x. */
INLINE void some_rows(packed w, i64 out, int outs, const char *x, i64 x_stride, char *y, i64 y_stride, int rows, int element) {
    float sums[MOST_OUTS][MOST_ROWS];
    dots(w, out, x, x_stride, sums, outs, rows);
    write(y, y_stride, out, sums, outs, rows, 1, 0, element);
}

INLINE void any_rows(packed w, i64 out, int outs, const char *x, i64 x_stride, char *y, i64 y_stride, i64 rows, int element) {
    switch (least(MOST_ROWS, rows)) {
    case 1: some_rows(w, out, outs, x, x_stride, y, y_stride, 1, element); break;
    case 2: some_rows(w, out, outs, x, x_stride, y, y_stride, 2, element); break;
    case 3: some_rows(w, out, outs, x, x_stride, y, y_stride, 3, element); break;
    default: some_rows(w, out, outs, x, x_stride, y, y_stride, 4, element);
    }
}

INLINE void all_rows(packed w, i64 count, const char *x, i64 x_stride, i64 rows, char *y, i64 y_stride, int element) {
    for (i64 out = 0; out < count; out += 2) {
        for (i64 r = 0; r < rows; r += MOST_ROWS) {
            const char *xs = x + r * x_stride;
            char *ys = y + r * y_stride;
            if (out + 1 < count) {
                any_rows(w, out, 2, xs, x_stride, ys, y_stride, rows - r, element);
            } else {
                any_rows(w, out, 1, xs, x_stride, ys, y_stride, rows - r, element);
            }
        }
    }
}

/*
 * The weight is [count, inner] in blocks of size elements, a multiple of 16 that divides inner; scratch is [rows, inner] in fp32, for
 * bf16 alone.
 */
KERNEL(fewRowsOfFourBits, i64 x, i64 x_stride, i64 rows, i64 inner, i64 codes, i64 levels, i64 scales, i64 size, i64 count, i64 y,
        i64 y_stride, i64 scratch, int scale, int element) {
    packed w = {(const uint8_t *)codes, (const float_at *)levels, (const char *)scales, size, inner / size, scale};
    if (element == FP32) {
        all_rows(w, count, (const char *)x, x_stride, rows, (char *)y, y_stride, FP32);
    } else {
        widen((const char *)x, x_stride, rows, inner, (float_at *)scratch);
        all_rows(w, count, (const char *)scratch, inner * FP32, rows, (char *)y, y_stride, BF16);
    }
}
