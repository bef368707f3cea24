/* Gradients of keys and values on their way from fp32 sums to rows of elements. */
#include "vector.h"

/* Adds other sums of as many floats. */
KERNEL(attentionAdd, i64 sums, i64 others, i64 count) {
    float_at *target = (float_at *)sums;
    i64 i = 0;
    for (; i + LANES <= count; i += LANES) {
        store(target, i, load(target, i, FP32) + load((float_at *)others, i, FP32), FP32);
    }
    for (; i < count; i++) {
        target[i] += ((float_at *)others)[i];
    }
}

/* Writes sums, [rows, width] without gaps, times a factor as rows of elements. */
KERNEL(attentionWrite, i64 sums, i64 rows, i64 width, float factor, i64 target, i64 stride, int element) {
    const float_at *from = (const float_at *)sums;
    char *to = (char *)target;
    for (i64 row = 0; row < rows; row++, from += width, to += stride) {
        i64 i = 0;
        for (; i + LANES <= width; i += LANES) {
            store(to, i, load(from, i, FP32) * all(factor), element);
        }
        for (; i < width; i++) {
            store_one(to, i, from[i] * factor, element);
        }
    }
}
