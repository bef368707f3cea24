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

#endif
