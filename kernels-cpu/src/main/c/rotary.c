/* Rotary position embedding in place (Su et al. 2021, equation 34): element i of a head turns with element i + half. */
#include "vector.h"

/* sign is 1, or -1 to turn back. */
INLINE void turn(char *head, i64 half, const char *cos, const char *sin, float sign, int element) {
    char *other = head + half * element;
    i64 whole = half / LANES * LANES;
    i64 rest = half - whole;
    for (i64 i = 0; i < whole; i += LANES) {
        vf a = load(head, i, element), b = load(other, i, element);
        vf c = load(cos, i, element), s = load(sin, i, element) * all(sign);
        store(head, i, a * c - b * s, element);
        store(other, i, b * c + a * s, element);
    }
    if (rest > 0) {
        vf a = load_some(head, whole, rest, 0, element), b = load_some(other, whole, rest, 0, element);
        vf c = load_some(cos, whole, rest, 0, element), s = load_some(sin, whole, rest, 0, element) * all(sign);
        store_some(head, whole, rest, a * c - b * s, element);
        store_some(other, whole, rest, b * c + a * s, element);
    }
}

INLINE void rows_of(
        char *x, i64 stride, i64 rows, i64 heads, i64 half, const char *cos, const char *sin, float sign, int element) {
    for (i64 row = 0; row < rows; row++) {
        for (i64 head = 0; head < heads; head++) {
            char *at = x + row * stride + head * 2 * half * element;
            turn(at, half, cos + row * half * element, sin + row * half * element, sign, element);
        }
    }
}

KERNEL(rotary, i64 x, i64 stride, i64 rows, i64 heads, i64 half, i64 cos, i64 sin, float sign, int element) {
    if (element == FP32) {
        rows_of((char *)x, stride, rows, heads, half, (char *)cos, (char *)sin, sign, FP32);
    } else {
        rows_of((char *)x, stride, rows, heads, half, (char *)cos, (char *)sin, sign, BF16);
    }
}
