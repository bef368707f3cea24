/*
 * Vectors as wide as the tier's registers. A source is written once with these types and is compiled for each tier; where an instruction
 * has no other name, the tier's intrinsic stands here.
 *
 * LANES is the number of floats in a vector: 16 (AVX-512), 8 (AVX2) or 4 (NEON). The tests set it to 16 for a machine with AVX2, where
 * the compiler makes two registers of each vector, so that what is written for AVX-512 can be tested there.
 */
#ifndef TUNE4J_VECTOR_H
#define TUNE4J_VECTOR_H

#include "kernel.h"

#if defined(LANES)
#include <immintrin.h>
#elif defined(__AVX512F__)
#include <immintrin.h>
#define LANES 16
#elif defined(__AVX2__)
#include <immintrin.h>
#define LANES 8
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#define LANES 4
#else
#error "no tier has this instruction set"
#endif

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef int32_t vi __attribute__((vector_size(LANES * 4)));
typedef uint32_t vu __attribute__((vector_size(LANES * 4)));
typedef uint16_t vh __attribute__((vector_size(LANES * 2)));

/* Vectors that lie at any address, and may alias anything. */
typedef vf vf_at __attribute__((aligned(1), may_alias));
typedef vu vu_at __attribute__((aligned(1), may_alias));
typedef vh vh_at __attribute__((aligned(1), may_alias));
typedef float float_at __attribute__((aligned(1), may_alias));
typedef uint16_t half_at __attribute__((aligned(1), may_alias));
typedef uint32_t unit_at __attribute__((aligned(1), may_alias));

/* Bytes of a vector. */
enum { VECTOR = LANES * 4 };

INLINE vf all(float value) { return value - (vf){}; }

INLINE vi alli(int32_t value) { return value - (vi){}; }

/* Lane by lane: a where the mask's bits are set, b elsewhere. */
INLINE vf choose(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

/* The larger of two; b where either is NaN. */
INLINE vf larger(vf a, vf b) {
#if defined(__AVX512F__)
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif LANES == 8
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return choose(a > b, a, b);
#endif
}

/* The smaller of two; b where either is NaN. */
INLINE vf smaller(vf a, vf b) {
#if defined(__AVX512F__)
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif LANES == 8
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
    return choose(a < b, a, b);
#endif
}

/*
 * A result that is rounded by itself: the compiler would round a product once together with the sum that it is part of,
 * or would simplify a sum.
 */
INLINE vf rounded(vf v) {
#if defined(__AVX512F__) || LANES == 8
    __asm__("" : "+v"(v));
#elif LANES == 4
    __asm__("" : "+w"(v));
#else
    __asm__("" : "+m"(v));
#endif
    return v;
}

/* The largest lane. */
INLINE float largest(vf v) {
    float result = v[0];
    for (int i = 1; i < LANES; i++) {
        result = result > v[i] ? result : v[i];
    }
    return result;
}

/* The sum of the lanes: halves are added until one lane is left, so its order is the tier's. */
INLINE float sum(vf v) {
#if defined(__AVX512F__)
    return _mm512_reduce_add_ps((__m512)v);
#elif LANES == 8
    __m128 half = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
#elif LANES == 4
    return vaddvq_f32((float32x4_t)v);
#else
    float result = 0;
    for (int i = 0; i < LANES; i++) {
        result += v[i];
    }
    return result;
#endif
}

INLINE vf root(vf v) {
#if defined(__AVX512F__)
    return (vf)_mm512_sqrt_ps((__m512)v);
#elif LANES == 8
    return (vf)_mm256_sqrt_ps((__m256)v);
#elif LANES == 4
    return (vf)vsqrtq_f32((float32x4_t)v);
#else
    for (int i = 0; i < LANES; i++) {
        v[i] = __builtin_sqrtf(v[i]);
    }
    return v;
#endif
}

/* The nearest whole numbers, ties to even. */
INLINE vf nearest(vf v) {
#if defined(__AVX512F__)
    return (vf)_mm512_roundscale_ps((__m512)v, 8);
#elif LANES == 8
    return (vf)_mm256_round_ps((__m256)v, 8);
#elif LANES == 4
    return (vf)vrndnq_f32((float32x4_t)v);
#else
    /* Up to 2^22 the sum has no room for a fraction; larger numbers are whole. */
    vf magic = all(0x1.8p23f);
    vi small = (v > all(-0x1p22f)) & (v < all(0x1p22f));
    return choose(small, rounded(v + magic) - magic, v);
#endif
}

/* bf16 as floats: the bits are a float's upper half. */
INLINE vf widened(vh halves) { return (vf)(__builtin_convertvector(halves, vu) << 16); }

/* Floats as bf16, rounded to the nearest with ties to even; NaN stays NaN. */
INLINE vh narrowed(vf v) {
#if defined(__AVX512BF16__)
    return (vh)_mm512_cvtneps_pbh((__m512)v);
#else
    vu bits = (vu)v;
    vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    vu quiet = (bits >> 16) | 0x40;
    vi ordered = v == v;
    return __builtin_convertvector((vu)((ordered & (vi)rounded) | (~ordered & (vi)quiet)), vh);
#endif
}

INLINE float widened_one(uint16_t half) {
    union { uint32_t bits; float value; } u = {.bits = (uint32_t)half << 16};
    return u.value;
}

INLINE uint16_t narrowed_one(float value) {
    union { float value; uint32_t bits; } u = {.value = value};
    if (value != value) {
        return (uint16_t)(u.bits >> 16 | 0x40);
    }
    return (uint16_t)((u.bits + 0x7fff + ((u.bits >> 16) & 1)) >> 16);
}

/* LANES elements of a row of bf16 or fp32, from element i on, as floats. */
INLINE vf load(const void *row, i64 i, int element) {
    if (element == FP32) {
        return *(const vf_at *)((const char *)row + i * FP32);
    }
    return widened(*(const vh_at *)((const char *)row + i * BF16));
}

INLINE void store(void *row, i64 i, vf v, int element) {
    if (element == FP32) {
        *(vf_at *)((char *)row + i * FP32) = v;
    } else {
        *(vh_at *)((char *)row + i * BF16) = narrowed(v);
    }
}

INLINE float load_one(const void *row, i64 i, int element) {
    return element == FP32 ? ((const float_at *)row)[i] : widened_one(((const half_at *)row)[i]);
}

INLINE void store_one(void *row, i64 i, float value, int element) {
    if (element == FP32) {
        ((float_at *)row)[i] = value;
    } else {
        ((half_at *)row)[i] = narrowed_one(value);
    }
}

/* The first count (below LANES) elements from element i on; the other lanes are filled. Nothing beyond the row is read. */
INLINE vf load_some(const void *row, i64 i, i64 count, float filling, int element) {
    vf v = all(filling);
    for (i64 lane = 0; lane < count; lane++) {
        v[lane] = load_one(row, i + lane, element);
    }
    return v;
}

INLINE void store_some(void *row, i64 i, i64 count, vf v, int element) {
    for (i64 lane = 0; lane < count; lane++) {
        store_one(row, i + lane, v[lane], element);
    }
}

/*
 * 2 to the power of x for x up to 128, off by at most two units in the last place: the nearest whole number becomes the
 * exponent, and a polynomial (Cephes, exp2f.c) gives the rest. It is 0 below -126.5, infinite from 127.5 on, and NaN for
 * NaN.
 */
INLINE vf power_of_2(vf x) {
    /* The bound comes first: where x is NaN, the second operand is taken. An exponent of -127 has the bits of 0. */
    vf bounded = larger(all(-127), x);
    vf whole = nearest(bounded);
    vf f = bounded - whole;
    vf p = all(1.535336188319500e-4f);
    p = p * f + all(1.339887440266574e-3f);
    p = p * f + all(9.618437357674640e-3f);
    p = p * f + all(5.550332471162809e-2f);
    p = p * f + all(2.402264791363012e-1f);
    p = p * f + all(6.931472028550421e-1f);
    p = p * f + all(1);
    return p * (vf)((__builtin_convertvector(whole, vi) + 127) << 23);
}

/* 2 to the power of any x. */
INLINE vf exp2_of(vf x) { return power_of_2(smaller(all(128), x)); }

/*
 * log2(x) for positive numbers. With the mantissa m in [1, 2) and s = (m - sqrt 2) / (m + sqrt 2) it is
 * exponent + 1/2 + 2 / ln 2 * (s + s^3/3 + s^5/5 + s^7/7 + ...), where |s| is below 0.172. NaN where x is zero,
 * negative or NaN.
 */
INLINE vf log2_of(vf x) {
    vi bits = (vi)x;
    vf exponent = __builtin_convertvector((bits >> 23) - 127, vf);
    vf m = (vf)((bits & 0x7fffff) | 0x3f800000);
    vf s = (m - all(1.41421356f)) / (m + all(1.41421356f));
    vf square = s * s;
    vf series = all(2.8853901f / 9);
    series = series * square + all(2.8853901f / 7);
    series = series * square + all(2.8853901f / 5);
    series = series * square + all(2.8853901f / 3);
    series = series * square + all(2.8853901f);
    vf result = exponent + all(0.5f) + series * s;
    result = choose(x == all(__builtin_inff()), x, result);
    return choose(x > (vf){}, result, all(__builtin_nanf("")));
}

#define INFINITE __builtin_inff()
#define LOG2_E 1.4426950408889634f

INLINE vf exp_of(vf x) { return exp2_of(x * all(LOG2_E)); }

/* tanh(x): its series near zero, where the quotient would lose digits. */
INLINE vf tanh_of(vf x) {
    vf square = x * x;
    vf series = all(62.0f / 2835);
    series = series * square + all(-17.0f / 315);
    series = series * square + all(2.0f / 15);
    series = series * square + all(-1.0f / 3);
    series = series * square * x + x;
    vf bounded = choose(x > all(20), all(20), choose(x < all(-20), all(-20), x));
    vf quotient = all(1) - all(2) / (all(1) + power_of_2(bounded * all(2 * LOG2_E)));
    return choose(square < all(0.0625f), series, quotient);
}

/* 1 / (1 + e^-x). */
INLINE vf sigmoid(vf x) { return all(1) / (all(1) + exp_of(-x)); }

#endif
