/*
 * Code that attention's forward and backward share (Dao et al. 2022).
 *
 * A tile has VECTORS vectors of queries, one query in each lane; a chunk has up to CHUNK keys. Matrices of scores are
 * [keys][queries], so that the softmax is computed lane by lane. A query sees the keys up to its own position; with a
 * window, only those at positions above its own minus the window.
 */
#ifndef TUNE4J_ATTENTION_H
#define TUNE4J_ATTENTION_H

#include "pack.h"

enum {
    TILE = VECTORS * LANES,
    TILE_BYTES = TILE * 4,
    /* Number of keys whose scores are in memory at a time. */
    CHUNK = 64,
    /* Number of tiles that are computed with a chunk while it is in a cache. */
    TOGETHER = 4
};

/* A part of a sequence's attention. Addresses are those of the sequence's first row. */
typedef struct {
    source queries;
    source keys;
    source values;
    char *statistics;
    i64 statistics_stride;
    i64 from;
    i64 to;
    i64 first_key;
    i64 group;
    i64 window;
    float scale;
    float cap;
} attention;

INLINE int way_of(int element) {
#if HAS_TILES
    if (element == BF16 && tiles_allowed()) {
        return BY_TILES;
    }
#endif
    return element == BF16 && MULTIPLIES_PAIRS ? BY_PAIRS : BY_FLOATS;
}

/* The dtype of packed operands. */
INLINE int packed_element(int way) { return way == BY_FLOATS ? FP32 : BF16; }

/* Elements of a packed row. */
INLINE i64 padded(i64 width, int way) { return rounded_up(width, way == BY_FLOATS ? 16 : 32); }

/* Numbers of keys are rounded up to a multiple of this. */
INLINE i64 key_unit(int way) { return way == BY_TILES ? 32 : way == BY_PAIRS ? 8 : ROWS; }

/* Units of a column of so many keys, padded so that they can be packed. */
INLINE i64 units_of_keys(i64 keys, int way) {
    i64 whole = rounded_up(keys, key_unit(way));
    return rounded_up(way == BY_FLOATS ? whole : whole / 2, LANES);
}

/* The first key that a position sees. */
INLINE i64 first_seen(i64 position, i64 window) { return window > 0 && position >= window ? position - window + 1 : 0; }

/* Scratch memory. With base 0, only its size is computed. */
typedef struct {
    char *base;
    i64 used;
} arena;

INLINE char *take(arena *memory, i64 bytes) {
    char *result = memory->base + memory->used;
    memory->used += rounded_up(bytes, 64);
    return result;
}

INLINE matrix take_matrix(arena *memory, i64 rows, i64 row_bytes) {
    return (matrix){take(memory, rows * row_bytes), row_bytes};
}

INLINE void clear(matrix m, i64 rows) {
    for (char *at = m.rows; at < m.rows + rows * m.stride; at += VECTOR) {
        *(vf_at *)at = (vf){};
    }
}

/* A range of the keys of a chunk. */
typedef struct {
    i64 from;
    i64 to;
} range;

/* The keys of a chunk that some query of a tile sees, in multiples of the unit. */
INLINE range seen(i64 position, i64 end, i64 window, i64 chunk, i64 unit) {
    i64 to = least(chunk + CHUNK, least(position + TILE, end));
    i64 from = first_seen(position, window);
    from = from > chunk ? chunk + (from - chunk) / unit * unit : chunk;
    return (range){from, chunk + rounded_up(to - chunk, unit)};
}

/* Whether some query of the tile does not see all keys of the range. */
INLINE int is_partial(i64 position, i64 end, i64 window, range keys) {
    return keys.to > position + 1 || position + TILE > end || first_seen(position + TILE - 1, window) > keys.from;
}

INLINE vi lanes_from(int first) {
    vi v = {};
    for (int i = 0; i < LANES; i++) {
        v[i] = first + i;
    }
    return v;
}

/* Which queries of a vector see a key; queries is the number of queries in the tile. */
INLINE vi sees(i64 key, i64 position, i64 queries, i64 window, int vector) {
    vi lane = lanes_from(vector * LANES);
    int32_t distance = (int32_t)(key - position);
    vi visible = (lane >= alli(distance)) & (lane < alli((int32_t)queries));
    if (window > 0) {
        /* Lanes below window + distance are within the window; least keeps this bound within 32 bits. */
        visible &= lane < alli((int32_t)least(window + distance, TILE));
    }
    return visible;
}

INLINE int sees_one(i64 key, i64 position, i64 window) {
    return key <= position && (window == 0 || key > position - window);
}

INLINE int any_lane(vi mask) {
#if defined(__AVX512F__)
    return _mm512_movepi32_mask((__m512i)mask) != 0;
#elif LANES == 8
    return _mm256_movemask_ps((__m256)(vf)mask) != 0;
#elif LANES == 4
    return vmaxvq_u32((uint32x4_t)mask) != 0;
#else
    int32_t any = 0;
    for (int i = 0; i < LANES; i++) {
        any |= mask[i];
    }
    return any != 0;
#endif
}

/* The factor that turns a score into an exponent of 2. A capped score is tanh's value by then. */
INLINE float exponent_scale(attention a) { return a.cap > 0 ? a.cap * LOG2_E : a.scale * LOG2_E; }

/* Caps scores: cap * tanh(score / cap), without the factor cap. */
INLINE void cap_scores(matrix scores, i64 keys, float factor) {
    for (i64 key = 0; key < keys; key++) {
        for (int i = 0; i < VECTORS; i++) {
            vf_at *at = (vf_at *)(scores.rows + key * scores.stride + i * VECTOR);
            *at = tanh_of(*at * all(factor));
        }
    }
}

/* Which of the two sides of a product of units is a key, and which position the other one has. */
typedef struct {
    i64 key;
    i64 position;
    i64 window;
    int key_is_row;
} sight;

/*
 * Adds a product in which not every query sees every key, element by element. It is used only if an operand is not
 * finite, because the operand's product with a probability of zero would be NaN.
 */
static __attribute__((noinline)) void add_seen(product_of p, sight s, int element) {
    i64 elements = p.units * 4 / element;
    for (i64 row = 0; row < p.rows; row++) {
        for (i64 column = 0; column < p.columns; column++) {
            float sum = 0;
            for (i64 k = 0; k < elements; k++) {
                i64 key = s.key + (s.key_is_row ? row : k);
                if (sees_one(key, s.position + (s.key_is_row ? k : column), s.window)) {
                    i64 in_pair = element == FP32 ? column : column * 2 + k % 2;
                    sum += load_one(p.a.rows + row * p.a.stride, k, element)
                            * load_one(p.b.rows + k * element / 4 * p.b.stride, in_pair, element);
                }
            }
            ((float_at *)(p.c.rows + row * p.c.stride))[column] += sum;
        }
    }
}

#endif
