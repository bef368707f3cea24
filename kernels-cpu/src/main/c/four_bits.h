/* Elements of weights of four bits: a byte holds two codes, the first element's in its upper half. */
#ifndef TUNE4J_FOUR_BITS_H
#define TUNE4J_FOUR_BITS_H

#include "vector.h"

typedef int32_t int_at __attribute__((aligned(1), may_alias));

/* LANES elements from LANES / 2 bytes of codes. */
INLINE vf looked_up(const uint8_t *codes, const float *table) {
#if LANES == 16 && defined(__AVX512F__)
    __m128i bytes = _mm_loadl_epi64((const __m128i *)codes);
    __m128i low = _mm_and_si128(bytes, _mm_set1_epi8(15));
    __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
    __m512i indices = _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(high, low));
    return (vf)_mm512_permutexvar_ps(indices, _mm512_loadu_ps(table));
#elif LANES == 8 && defined(__AVX2__)
    __m128i bytes = _mm_cvtsi32_si128(*(const int_at *)codes);
    __m128i low = _mm_and_si128(bytes, _mm_set1_epi8(15));
    __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
    __m256i indices = _mm256_cvtepu8_epi32(_mm_unpacklo_epi8(high, low));
    /* A permutation looks at three bits; the fourth chooses between the table's halves. */
    __m256 lower = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), indices);
    __m256 upper = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table + 8), indices);
    return (vf)_mm256_blendv_ps(lower, upper, _mm256_castsi256_ps(_mm256_slli_epi32(indices, 28)));
#else
    vf v;
    for (int i = 0; i < LANES; i += 2) {
        v[i] = table[codes[i / 2] >> 4];
        v[i + 1] = table[codes[i / 2] & 15];
    }
    return v;
#endif
}

/* The table, scaled once for a block; a product is rounded to the scale's dtype. */
INLINE void scaled_table(const float_at *levels, float scale, int scale_element, float *table) {
    for (int i = 0; i < 16; i += LANES) {
        vf product = *(const vf_at *)(levels + i) * all(scale);
        *(vf_at *)(table + i) = scale_element == BF16 ? widened(narrowed(product)) : product;
    }
}

#endif
