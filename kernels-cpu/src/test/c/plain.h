/* What plain twins share: single elements as doubles. */
#ifndef TUNE4J_PLAIN_H
#define TUNE4J_PLAIN_H

#include "kernel.h"

INLINE double get(i64 address, i64 i, int element) {
    if (element == FP32) {
        return ((const float *)address)[i];
    }
    union { uint32_t bits; float value; } u = {.bits = (uint32_t)((const uint16_t *)address)[i] << 16};
    return u.value;
}

/* A number as an element has it: rounded to fp32 and, for bf16, again to the nearest with ties to even. */
INLINE double rounded(double value, int element) {
    union { float value; uint32_t bits; } u = {.value = (float)value};
    if (element == BF16) {
        if (u.value != u.value) {
            u.bits |= 0x400000;
        } else {
            u.bits += 0x7fff + ((u.bits >> 16) & 1);
        }
        u.bits &= 0xffff0000;
    }
    return u.value;
}

INLINE void set(i64 address, i64 i, double value, int element) {
    union { float value; uint32_t bits; } u = {.value = (float)rounded(value, element)};
    if (element == FP32) {
        ((float *)address)[i] = u.value;
    } else {
        ((uint16_t *)address)[i] = (uint16_t)(u.bits >> 16);
    }
}

#define ROOT_2_OVER_PI 0.7978845608028654
#define LN_2 0.6931471805599453

/* e to the power of x to double precision: halved until the Taylor series is short, then squared as often. */
INLINE double power_of_e(double x) {
    if (x != x) {
        return x;
    }
    if (x > 709) {
        return __builtin_inf();
    }
    if (x < -745) {
        return 0;
    }
    int halvings = 0;
    for (; x > 0.01 || x < -0.01; x /= 2) {
        halvings++;
    }
    double term = 1, result = 1;
    for (int n = 1; n < 12; n++) {
        term *= x / n;
        result += term;
    }
    for (int i = 0; i < halvings; i++) {
        result *= result;
    }
    return result;
}

/* The natural logarithm of a positive number: Newton's steps from that of a power of two near it. */
INLINE double logarithm(double x) {
    if (x != x || x == __builtin_inf()) {
        return x;
    }
    union { double value; uint64_t bits; } u = {.value = x};
    double y = ((int)(u.bits >> 52) - 1023) * LN_2;
    for (int i = 0; i < 6; i++) {
        double e = power_of_e(y);
        y += 2 * (x - e) / (x + e);
    }
    return y;
}

#endif
