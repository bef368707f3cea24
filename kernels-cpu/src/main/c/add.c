/* Sums of residual streams: target = target + factor * other, an element at a time. */
#include "vector.h"

INLINE void add(char *target, const char *other, i64 count, float factor, int element) {
    i64 i = 0;
    for (; i + LANES <= count; i += LANES) {
        store(target, i, load(target, i, element) + load(other, i, element) * all(factor), element);
    }
    i64 rest = count - i;
    if (rest > 0) {
        vf v = load_some(target, i, rest, 0, element) + load_some(other, i, rest, 0, element) * all(factor);
        store_some(target, i, rest, v, element);
    }
}

KERNEL(addScaled, i64 target, i64 other, i64 count, float factor, int element) {
    if (element == FP32) {
        add((char *)target, (const char *)other, count, factor, FP32);
    } else {
        add((char *)target, (const char *)other, count, factor, BF16);
    }
}
