/* Products of pairs of bf16, which lie in the halves of a vector's lanes. */
#ifndef TUNE4J_PAIRS_H
#define TUNE4J_PAIRS_H

#include "vector.h"

/*
 * Whether an instruction multiplies pairs; elsewhere bf16 is widened before it is multiplied. With TUNE4J_EMULATED_PAIRS,
 * which is for tests, plain C acts for the instruction.
 */
#if defined(__AVX512BF16__) || defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC) || defined(TUNE4J_EMULATED_PAIRS)
#define MULTIPLIES_PAIRS 1
#else
#define MULTIPLIES_PAIRS 0
#endif

/* Lane by lane: sums plus both products of two pairs. */
INLINE vf pair_products(vf sums, vu left, vu right) {
#if defined(__AVX512BF16__)
    return (vf)_mm512_dpbf16_ps((__m512)sums, (__m512bh)left, (__m512bh)right);
#elif defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
    return (vf)vbfdotq_f32((float32x4_t)sums, (bfloat16x8_t)left, (bfloat16x8_t)right);
#else
    sums += (vf)(left << 16) * (vf)(right << 16);
    return sums + (vf)(left & 0xffff0000) * (vf)(right & 0xffff0000);
#endif
}

#endif
