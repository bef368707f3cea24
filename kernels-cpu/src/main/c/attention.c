/*
 * Causal attention of some queries of a sequence by flash attention (Dao et al. 2022, algorithm 1): scores are computed
 * for a chunk of keys at a time, and the running maximum and sum are corrected after each chunk.
 */
#include "attention.h"

/* How far an exponent may exceed the reference before sums are rescaled: a factor of 2^8 loses no digits. */
#define GROWTH 8

/* Keys and values of all queries, packed. */
typedef struct {
    /* [keys][units] */
    matrix keys;
    /* For each chunk [width][keys of the chunk] */
    matrix values;
    int finite_values;
} packed;

/* The state of one tile of queries. */
typedef struct {
    i64 position;
    /* [units][TILE] */
    matrix queries;
    /* [width][TILE] in fp32 */
    matrix output;
    /* [TILE] each, in base 2: the reference that is subtracted from exponents, and the sum of the powers. */
    float *reference;
    float *sum;
} tile;

typedef struct {
    packed packed;
    tile tiles[TOGETHER];
    /* [keys of a chunk][TILE] in fp32 */
    matrix scores;
    /* In pairs of keys; without pairs this is the memory of the scores */
    matrix probabilities;
} workspace;

INLINE workspace layout(arena *memory, i64 keys, i64 width, int way) {
    workspace w;
    int element = packed_element(way);
    i64 elements = padded(width, way);
    i64 rows = rounded_up(keys, CHUNK);
    w.packed.keys = take_matrix(memory, rows, elements * element);
    w.packed.values = take_matrix(memory, rows / CHUNK * elements, CHUNK * element);
    for (int i = 0; i < TOGETHER; i++) {
        w.tiles[i].queries = take_matrix(memory, elements * element / 4, TILE_BYTES);
        w.tiles[i].output = take_matrix(memory, elements, TILE_BYTES);
        w.tiles[i].reference = (float *)take(memory, TILE_BYTES);
        w.tiles[i].sum = (float *)take(memory, TILE_BYTES);
    }
    w.scores = take_matrix(memory, CHUNK, TILE_BYTES);
    w.probabilities = way == BY_FLOATS ? w.scores : take_matrix(memory, CHUNK / 2, TILE_BYTES);
    return w;
}

INLINE void pack_keys(attention a, packed *p, int element, int way) {
    i64 elements = padded(a.keys.width, way);
    i64 count = a.to - a.first_key;
    int pairs = way != BY_FLOATS;
    source keys = from_source_row(a.keys, a.first_key, count);
    source values = from_source_row(a.values, a.first_key, count);
    p->finite_values = are_finite(values, element);
    i64 units = elements * packed_element(way) / 4;
    pack_rows(keys, pairs ? PAIRS_ALONG : FLOATS, element, p->keys, rounded_up(count, key_unit(way)), units);
    for (i64 chunk = 0; chunk < count; chunk += CHUNK) {
        source of_chunk = from_source_row(values, chunk, least(CHUNK, count - chunk));
        matrix target = from_row(p->values, chunk / CHUNK * elements);
        pack_columns(
                of_chunk, pairs ? PAIRS_ACROSS : FLOATS, element, target, units_of_keys(of_chunk.count, way), elements);
    }
}

INLINE void begin(attention a, tile *t, source queries, i64 position, int element, int way) {
    t->position = position;
    i64 elements = padded(a.keys.width, way);
    source own = from_source_row(queries, position, least(TILE, a.to - position));
    i64 units = elements * packed_element(way) / 4;
    pack_columns(own, way == BY_FLOATS ? FLOATS : PAIRS_ALONG, element, t->queries, TILE, units);
    clear(t->output, elements);
    for (int i = 0; i < TILE; i++) {
        t->reference[i] = -INFINITE;
        t->sum[i] = 0;
    }
}

/* Sets the scores of keys that a query does not see to minus infinity. */
INLINE void hide(attention a, const tile *t, matrix scores, range keys) {
    i64 queries = least(TILE, a.to - t->position);
    for (i64 key = keys.from; key < keys.to; key++, scores.rows += scores.stride) {
        for (int i = 0; i < VECTORS; i++) {
            vf_at *at = (vf_at *)(scores.rows + i * VECTOR);
            *at = choose(sees(key, t->position, queries, a.window, i), *at, all(-INFINITE));
        }
    }
}

/* Raises the references of queries whose largest score needs it, and rescales their sums. */
INLINE void refer(tile *t, matrix scores, i64 keys, float scale, i64 width) {
    vf largest[VECTORS];
    for (int i = 0; i < VECTORS; i++) {
        largest[i] = all(-INFINITE);
    }
    for (i64 key = 0; key < keys; key++) {
        for (int i = 0; i < VECTORS; i++) {
            largest[i] = larger(*(vf_at *)(scores.rows + key * scores.stride + i * VECTOR), largest[i]);
        }
    }
    vi grows[VECTORS];
    vi some_grow = {};
    for (int i = 0; i < VECTORS; i++) {
        largest[i] *= all(scale);
        grows[i] = largest[i] - *(vf_at *)(t->reference + i * LANES) > all(GROWTH);
        some_grow |= grows[i];
    }
    if (!any_lane(some_grow)) {
        return;
    }
    for (int i = 0; i < VECTORS; i++) {
        vf before = *(vf_at *)(t->reference + i * LANES);
        /* A query's result must not depend on the keys of its neighbours, not even in the last bit. */
        vf after = choose(grows[i], largest[i], before);
        /* If no key was seen yet, both are minus infinity, and their difference would be NaN. */
        vf factor = power_of_2(before - choose(after > all(-INFINITE), after, (vf){}));
        *(vf_at *)(t->reference + i * LANES) = after;
        *(vf_at *)(t->sum + i * LANES) *= factor;
        for (i64 row = 0; row < width; row++) {
            *(vf_at *)(t->output.rows + row * TILE_BYTES + i * VECTOR) *= factor;
        }
    }
}

/* Replaces the scores of an even number of keys by their powers of 2. */
INLINE void exponentiate(tile *t, matrix scores, matrix probabilities, i64 keys, float scale, int way) {
    vf reference[VECTORS];
    vf sums[VECTORS];
    for (int i = 0; i < VECTORS; i++) {
        reference[i] = *(vf_at *)(t->reference + i * LANES);
        reference[i] = choose(reference[i] == all(-INFINITE), (vf){}, reference[i]);
        sums[i] = *(vf_at *)(t->sum + i * LANES);
    }
    for (i64 key = 0; key < keys; key += 2) {
        const char *row = scores.rows + key * scores.stride;
        for (int i = 0; i < VECTORS; i++) {
            vf first = power_of_2(*(vf_at *)(row + i * VECTOR) * all(scale) - reference[i]);
            vf second = power_of_2(*(vf_at *)(row + scores.stride + i * VECTOR) * all(scale) - reference[i]);
            sums[i] += first + second;
            if (way == BY_FLOATS) {
                *(vf_at *)(row + i * VECTOR) = first;
                *(vf_at *)(row + scores.stride + i * VECTOR) = second;
            } else {
                *(vu_at *)(probabilities.rows + key / 2 * probabilities.stride + i * VECTOR) = pair_of(first, second);
            }
        }
    }
    for (int i = 0; i < VECTORS; i++) {
        *(vf_at *)(t->sum + i * LANES) = sums[i];
    }
}

/* Adds a chunk of keys to a tile; first is the index of the chunk's first key among the packed ones. */
INLINE void look(attention a, workspace *w, tile *t, i64 first, int way) {
    i64 chunk = a.first_key + first;
    range keys = seen(t->position, a.to, a.window, chunk, key_unit(way));
    i64 count = keys.to - keys.from;
    if (count <= 0) {
        return;
    }
    int element = packed_element(way);
    i64 elements = padded(a.keys.width, way);
    matrix own_keys = from_row(w->packed.keys, keys.from - a.first_key);
    product((product_of){own_keys, t->queries, w->scores, count, elements * element / 4, TILE}, way, 0);
    if (a.cap > 0) {
        cap_scores(w->scores, count, a.scale / a.cap);
    }
    int partial = is_partial(t->position, a.to, a.window, keys);
    if (partial) {
        hide(a, t, w->scores, keys);
    }
    float scale = exponent_scale(a);
    refer(t, w->scores, count, scale, elements);
    exponentiate(t, w->scores, w->probabilities, count, scale, way);
    matrix values = from_row(w->packed.values, first / CHUNK * elements);
    product_of weighted = {from_byte(values, (keys.from - chunk) * element), w->probabilities, t->output, elements,
            count * element / 4, TILE};
    if (partial && !w->packed.finite_values) {
        add_seen(weighted, (sight){keys.from, t->position, a.window, 0}, element);
    } else {
        product(weighted, way, 1);
    }
}

INLINE void finish(attention a, tile *t, i64 head, char *output, i64 stride, int element) {
    float statistics[TILE];
    float factors[TILE];
    for (int i = 0; i < VECTORS; i++) {
        vf sum = *(vf_at *)(t->sum + i * LANES);
        *(vf_at *)(statistics + i * LANES) = log2_of(sum) + *(vf_at *)(t->reference + i * LANES);
        *(vf_at *)(factors + i * LANES) = all(1) / sum;
    }
    i64 count = least(TILE, a.to - t->position);
    float_at *target = (float_at *)(a.statistics + head * a.statistics_stride) + t->position;
    for (i64 i = 0; i < count; i++) {
        target[i] = statistics[i];
    }
    i64 width = a.keys.width;
    char *rows = output + t->position * stride + head * width * element;
    unpack_columns(t->output, factors, rows, stride, count, width, element);
}

INLINE void forward(attention a, char *output, i64 stride, arena memory, int element, int way) {
    workspace w = layout(&memory, a.to - a.first_key, a.keys.width, way);
    pack_keys(a, &w.packed, element, way);
    for (i64 head = 0; head < a.group; head++) {
        source queries = a.queries;
        queries.rows += head * queries.width * element;
        for (i64 from = a.from; from < a.to; from += TOGETHER * TILE) {
            i64 to = least(a.to, from + TOGETHER * TILE);
            i64 tiles = (to - from + TILE - 1) / TILE;
            for (i64 i = 0; i < tiles; i++) {
                begin(a, &w.tiles[i], queries, from + i * TILE, element, way);
            }
            i64 first = (first_seen(from, a.window) - a.first_key) / CHUNK * CHUNK;
            for (; first < to - a.first_key; first += CHUNK) {
                for (i64 i = 0; i < tiles; i++) {
                    look(a, &w, &w.tiles[i], first, way);
                }
            }
            for (i64 i = 0; i < tiles; i++) {
                finish(a, &w.tiles[i], head, output, stride, element);
            }
        }
    }
}

/* Bytes of scratch memory for attention. */
COUNT(attentionScratch, i64 keys, i64 width, int element) {
    arena memory = {0, 0};
    layout(&memory, keys, width, way_of(element));
    return memory.used;
}

KERNEL(attention, i64 queries, i64 query_stride, i64 keys, i64 key_stride, i64 values, i64 value_stride, i64 output,
        i64 output_stride, i64 statistics, i64 statistics_stride, i64 from, i64 to, i64 group, i64 width, i64 window,
        float scale, float cap, i64 scratch, int element) {
    attention a = {
            .queries = {(char *)queries, query_stride, to, width},
            .keys = {(char *)keys, key_stride, to, width},
            .values = {(char *)values, value_stride, to, width},
            .statistics = (char *)statistics,
            .statistics_stride = statistics_stride,
            .from = from,
            .to = to,
            .first_key = first_seen(from, window),
            .group = group,
            .window = window,
            .scale = scale,
            .cap = cap,
    };
    arena memory = {(char *)scratch, 0};
    if (element == FP32) {
        forward(a, (char *)output, output_stride, memory, FP32, BY_FLOATS);
        return;
    }
#if HAS_TILES
    if (way_of(BF16) == BY_TILES) {
        tiles_begin();
        forward(a, (char *)output, output_stride, memory, BF16, BY_TILES);
        tiles_end();
        return;
    }
#endif
    forward(a, (char *)output, output_stride, memory, BF16, MULTIPLIES_PAIRS ? BY_PAIRS : BY_FLOATS);
}
