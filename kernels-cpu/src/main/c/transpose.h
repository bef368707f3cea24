/* Matrices of 32-bit units, which are floats or pairs of bf16, as columns instead of rows. */
#ifndef TUNE4J_TRANSPOSE_H
#define TUNE4J_TRANSPOSE_H

#include "vector.h"

/*
 * Two rows of which every other group of lanes changes places: the upper groups of the first row and the lower ones of
 * the second. A matrix is transposed when this was done for groups of 1, 2, 4, ... lanes and all rows that are as far
 * apart.
 */
#if LANES == 16
#define KEEP_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define GIVE_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define KEEP_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define GIVE_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define KEEP_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define GIVE_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define KEEP_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define GIVE_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#elif LANES == 8
#define KEEP_1 0, 8, 2, 10, 4, 12, 6, 14
#define GIVE_1 1, 9, 3, 11, 5, 13, 7, 15
#define KEEP_2 0, 1, 8, 9, 4, 5, 12, 13
#define GIVE_2 2, 3, 10, 11, 6, 7, 14, 15
#define KEEP_4 0, 1, 2, 3, 8, 9, 10, 11
#define GIVE_4 4, 5, 6, 7, 12, 13, 14, 15
#else
#define KEEP_1 0, 4, 2, 6
#define GIVE_1 1, 5, 3, 7
#define KEEP_2 0, 1, 4, 5
#define GIVE_2 2, 3, 6, 7
#endif

#define EXCHANGE(rows, distance) \
    for (int i = 0; i < LANES; i++) { \
        if ((i & (distance)) == 0) { \
            vu kept = __builtin_shufflevector((rows)[i], (rows)[i + (distance)], KEEP_##distance); \
            vu given = __builtin_shufflevector((rows)[i], (rows)[i + (distance)], GIVE_##distance); \
            (rows)[i] = kept; \
            (rows)[i + (distance)] = given; \
        } \
    }

/* LANES rows of LANES units in place. */
INLINE void transpose(vu rows[LANES]) {
    EXCHANGE(rows, 1)
    EXCHANGE(rows, 2)
#if LANES >= 8
    EXCHANGE(rows, 4)
#endif
#if LANES == 16
    EXCHANGE(rows, 8)
#endif
}

#endif
