/*
 * Products of small matrices in a core's cache: c[rows][columns] = a[rows][units] * b[units][columns], or c += a * b.
 *
 * c has floats. a and b have 32-bit units: floats, or pairs of bf16, whose product is the sum of two products. An
 * element of a is broadcast to all lanes; rows of b and c are vectors. Strides are bytes between rows.
 */
#ifndef TUNE4J_PRODUCT_H
#define TUNE4J_PRODUCT_H

#include "pairs.h"
#include "tiles.h"

/* Rows and vectors per row of the block of sums that registers hold. */
#if LANES == 16
enum { ROWS = 8, VECTORS = 2 };
#elif LANES == 8
enum { ROWS = 4, VECTORS = 3 };
#else
enum { ROWS = 4, VECTORS = 4 };
#endif

/* One operand's first row and the bytes from each row to the next. */
typedef struct {
    char *rows;
    i64 stride;
} matrix;

INLINE matrix from_row(matrix m, i64 row) { return (matrix){m.rows + row * m.stride, m.stride}; }

INLINE matrix from_byte(matrix m, i64 byte) { return (matrix){m.rows + byte, m.stride}; }

/* The operands and sizes of a product. */
typedef struct {
    matrix a;
    matrix b;
    matrix c;
    i64 rows;
    i64 units;
    i64 columns;
} product_of;

INLINE vf add_product(vf sum, uint32_t a, vu b, int pairs) {
    vu everywhere = a - (vu){};
    return pairs ? pair_products(sum, everywhere, b) : sum + (vf)everywhere * (vf)b;
}

/* Computes a block of ROWS rows and a constant number of vectors. */
INLINE void block(product_of p, int vectors, int pairs, int adds) {
    vf sums[ROWS][VECTORS];
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < vectors; i++) {
            sums[row][i] = (vf){};
            if (adds) {
                sums[row][i] = *(vf_at *)(p.c.rows + row * p.c.stride + i * VECTOR);
            }
        }
    }
    const char *a = p.a.rows;
    const char *b = p.b.rows;
    for (i64 unit = 0; unit < p.units; unit++, a += 4, b += p.b.stride) {
        vu right[VECTORS];
        for (int i = 0; i < vectors; i++) {
            right[i] = *(const vu_at *)(b + i * VECTOR);
        }
        for (int row = 0; row < ROWS; row++) {
            uint32_t left = *(const unit_at *)(a + row * p.a.stride);
            for (int i = 0; i < vectors; i++) {
                sums[row][i] = add_product(sums[row][i], left, right[i], pairs);
            }
        }
    }
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < vectors; i++) {
            *(vf_at *)(p.c.rows + row * p.c.stride + i * VECTOR) = sums[row][i];
        }
    }
}

INLINE void column_of_blocks(product_of p, i64 column, int vectors, int pairs, int adds) {
    product_of rest = p;
    rest.b = from_byte(p.b, column * 4);
    rest.c = from_byte(p.c, column * 4);
    for (i64 row = 0; row < p.rows; row += ROWS) {
        block(rest, vectors, pairs, adds);
        rest.a = from_row(rest.a, ROWS);
        rest.c = from_row(rest.c, ROWS);
    }
}

#if HAS_TILES
/* Computes a block of 16 or 32 rows and 16 or 32 columns. */
INLINE void block_of_tiles(product_of p, int both_rows, int both_columns, int adds) {
    matrix low = from_row(p.c, TILE_SIDE);
    matrix low_a = from_row(p.a, TILE_SIDE);
    if (adds) {
        TILE_LOAD(0, p.c.rows, p.c.stride);
        if (both_columns) {
            TILE_LOAD(1, p.c.rows + 64, p.c.stride);
        }
        if (both_rows) {
            TILE_LOAD(2, low.rows, p.c.stride);
        }
        if (both_rows && both_columns) {
            TILE_LOAD(3, low.rows + 64, p.c.stride);
        }
    } else {
        TILE_ZERO(0);
        TILE_ZERO(1);
        TILE_ZERO(2);
        TILE_ZERO(3);
    }
    for (i64 unit = 0; unit < p.units; unit += TILE_SIDE) {
        const char *b = p.b.rows + unit * p.b.stride;
        TILE_LOAD(4, p.a.rows + unit * 4, p.a.stride);
        TILE_LOAD(6, b, p.b.stride);
        TILE_PRODUCT(0, 4, 6);
        if (both_columns) {
            TILE_LOAD(7, b + 64, p.b.stride);
            TILE_PRODUCT(1, 4, 7);
        }
        if (both_rows) {
            TILE_LOAD(5, low_a.rows + unit * 4, p.a.stride);
            TILE_PRODUCT(2, 5, 6);
        }
        if (both_rows && both_columns) {
            TILE_PRODUCT(3, 5, 7);
        }
    }
    TILE_STORE(0, p.c.rows, p.c.stride);
    if (both_columns) {
        TILE_STORE(1, p.c.rows + 64, p.c.stride);
    }
    if (both_rows) {
        TILE_STORE(2, low.rows, p.c.stride);
    }
    if (both_rows && both_columns) {
        TILE_STORE(3, low.rows + 64, p.c.stride);
    }
}

/* Rows, columns and units are multiples of 16. */
static __attribute__((noinline)) void product_of_tiles(product_of p, int adds) {
    for (i64 column = 0; column < p.columns; column += 2 * TILE_SIDE) {
        for (i64 row = 0; row < p.rows; row += 2 * TILE_SIDE) {
            product_of part = p;
            part.a = from_row(p.a, row);
            part.b = from_byte(p.b, column * 4);
            part.c = from_row(from_byte(p.c, column * 4), row);
            int both_rows = row + TILE_SIDE < p.rows;
            if (column + TILE_SIDE < p.columns) {
                if (both_rows) {
                    block_of_tiles(part, 1, 1, adds);
                } else {
                    block_of_tiles(part, 0, 1, adds);
                }
            } else if (both_rows) {
                block_of_tiles(part, 1, 0, adds);
            } else {
                block_of_tiles(part, 0, 0, adds);
            }
        }
    }
}
#endif

/* How units are multiplied: as floats, as pairs in vectors, or as pairs in tiles. */
enum { BY_FLOATS = 0, BY_PAIRS = 1, BY_TILES = 2 };

INLINE void product_of_vectors(product_of p, int pairs, int adds) {
    i64 column = 0;
    for (; column + VECTORS * LANES <= p.columns; column += VECTORS * LANES) {
        column_of_blocks(p, column, VECTORS, pairs, adds);
    }
    i64 rest = (p.columns - column) / LANES;
#if LANES == 4
    if (rest == 3) {
        column_of_blocks(p, column, 3, pairs, adds);
    }
#endif
#if LANES != 16
    if (rest == 2) {
        column_of_blocks(p, column, 2, pairs, adds);
    }
#endif
    if (rest == 1) {
        column_of_blocks(p, column, 1, pairs, adds);
    }
}

static __attribute__((noinline)) void product_of_floats(product_of p, int adds) {
    if (adds) {
        product_of_vectors(p, 0, 1);
    } else {
        product_of_vectors(p, 0, 0);
    }
}

#if MULTIPLIES_PAIRS
static __attribute__((noinline)) void product_of_pairs(product_of p, int adds) {
    if (adds) {
        product_of_vectors(p, 1, 1);
    } else {
        product_of_vectors(p, 1, 0);
    }
}
#endif

/* Rows are a multiple of ROWS, and columns of LANES. In tiles, rows, columns and units are multiples of 16. */
INLINE void product(product_of p, int way, int adds) {
#if HAS_TILES
    if (way == BY_TILES) {
        product_of_tiles(p, adds);
        return;
    }
#endif
#if MULTIPLIES_PAIRS
    if (way == BY_PAIRS) {
        product_of_pairs(p, adds);
        return;
    }
#endif
    product_of_floats(p, adds);
}

#endif
