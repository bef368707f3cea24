/* The formula of rotary.c in double precision. */
#include "plain.h"

KERNEL(rotary, i64 x, i64 stride, i64 rows, i64 heads, i64 half, i64 cos, i64 sin, float sign, int element) {
    for (i64 i = 0; i < rows * heads * half; i++) {
        i64 row = i / (heads * half), head = i / half % heads, at = head * 2 * half + i % half;
        double c = get(cos, row * half + i % half, element), s = get(sin, row * half + i % half, element) * sign;
        double a = get(x + row * stride, at, element), b = get(x + row * stride, at + half, element);
        set(x + row * stride, at, a * c - b * s, element);
        set(x + row * stride, at + half, b * c + a * s, element);
    }
}
