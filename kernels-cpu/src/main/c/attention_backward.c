/*
 * Gradients of attention.c (Dao et al. 2022, algorithm 4): some tiles of queries at a time against a chunk of keys,
 * whose probabilities are computed again from the statistics. With the probabilities P of scores S and D the sum of a
 * query's output times its gradient, dV = P^T dO, dS = P (dO V^T - D), dQ = dS K and dK = dS^T Q. A capped score is
 * c * tanh(S / c), so dS gets a factor of 1 - tanh^2.
 */
#include "attention.h"

/* Keys and values of all queries, packed, and the sums of their gradients. */
typedef struct {
    /* [keys][units] */
    matrix keys;
    matrix values;
    /* For each chunk [width][keys of the chunk] */
    matrix key_columns;
    /* [keys][width] in fp32 */
    matrix key_sums;
    matrix value_sums;
    int finite_keys;
} packed;

/* One tile of queries. */
typedef struct {
    i64 position;
    /* [units][TILE] */
    matrix queries;
    matrix incoming;
    /* [width][TILE] in fp32 */
    matrix gradient;
    /* [TILE] each: what exponents are taken relative to, and D. */
    float *reference;
    float *output_sums;
} tile;

typedef struct {
    packed packed;
    tile tiles[TOGETHER];
    /* All tiles' queries and output gradients, [queries][width], in pairs of queries if there are pairs */
    matrix query_rows;
    matrix incoming_rows;
    int finite_queries;
    int finite_incoming;
    /* [keys of a chunk][queries of all tiles] */
    matrix probabilities;
    matrix score_gradients;
    /* [keys of a chunk][TILE] in fp32, and the gradients in pairs of keys; only where there are pairs */
    matrix scores;
    matrix products;
    matrix gradient_pairs;
} workspace;

INLINE workspace layout(arena *memory, i64 keys, i64 width, int way) {
    workspace w;
    int element = packed_element(way);
    i64 elements = padded(width, way);
    i64 rows = rounded_up(keys, CHUNK);
    w.packed.keys = take_matrix(memory, rows, elements * element);
    w.packed.values = take_matrix(memory, rows, elements * element);
    w.packed.key_columns = take_matrix(memory, rows / CHUNK * elements, CHUNK * element);
    w.packed.key_sums = take_matrix(memory, rows, elements * FP32);
    w.packed.value_sums = take_matrix(memory, rows, elements * FP32);
    for (int i = 0; i < TOGETHER; i++) {
        w.tiles[i].queries = take_matrix(memory, elements * element / 4, TILE_BYTES);
        w.tiles[i].incoming = take_matrix(memory, elements * element / 4, TILE_BYTES);
        w.tiles[i].gradient = take_matrix(memory, elements, TILE_BYTES);
        w.tiles[i].reference = (float *)take(memory, TILE_BYTES);
        w.tiles[i].output_sums = (float *)take(memory, TILE_BYTES);
    }
    w.query_rows = take_matrix(memory, TOGETHER * TILE * element / 4, elements * 4);
    w.incoming_rows = take_matrix(memory, TOGETHER * TILE * element / 4, elements * 4);
    w.probabilities = take_matrix(memory, CHUNK, TOGETHER * TILE * element);
    w.score_gradients = take_matrix(memory, CHUNK, TOGETHER * TILE * element);
    if (way != BY_FLOATS) {
        w.scores = take_matrix(memory, CHUNK, TILE_BYTES);
        w.products = take_matrix(memory, CHUNK, TILE_BYTES);
        w.gradient_pairs = take_matrix(memory, CHUNK / 2, TILE_BYTES);
    }
    return w;
}

INLINE void pack_keys(attention a, packed *p, int element, int way) {
    i64 elements = padded(a.keys.width, way);
    i64 count = a.to - a.first_key;
    i64 rows = rounded_up(count, key_unit(way));
    int pairs = way != BY_FLOATS;
    source keys = from_source_row(a.keys, a.first_key, count);
    source values = from_source_row(a.values, a.first_key, count);
    p->finite_keys = are_finite(keys, element);
    i64 units = elements * packed_element(way) / 4;
    pack_rows(keys, pairs ? PAIRS_ALONG : FLOATS, element, p->keys, rows, units);
    pack_rows(values, pairs ? PAIRS_ALONG : FLOATS, element, p->values, rows, units);
    for (i64 chunk = 0; chunk < count; chunk += CHUNK) {
        source of_chunk = from_source_row(keys, chunk, least(CHUNK, count - chunk));
        matrix target = from_row(p->key_columns, chunk / CHUNK * elements);
        pack_columns(
                of_chunk, pairs ? PAIRS_ACROSS : FLOATS, element, target, units_of_keys(of_chunk.count, way), elements);
    }
    clear(p->key_sums, rows);
    clear(p->value_sums, rows);
}

/* What comes in for one query head; all of it as rows of queries of a sequence. */
typedef struct {
    source queries;
    source incoming;
    source outputs;
    const float_at *statistics;
} head_rows;

INLINE void begin(attention a, tile *t, head_rows h, i64 position, int element, int way) {
    t->position = position;
    i64 count = least(TILE, a.to - position);
    i64 elements = padded(a.keys.width, way);
    i64 units = elements * packed_element(way) / 4;
    int kind = way == BY_FLOATS ? FLOATS : PAIRS_ALONG;
    pack_columns(from_source_row(h.queries, position, count), kind, element, t->queries, TILE, units);
    pack_columns(from_source_row(h.incoming, position, count), kind, element, t->incoming, TILE, units);
    clear(t->gradient, elements);
    for (i64 i = 0; i < TILE; i++) {
        vf products = {};
        i64 at = 0;
        const char *incoming = h.incoming.rows + (position + i) * h.incoming.stride;
        const char *output = h.outputs.rows + (position + i) * h.outputs.stride;
        for (; i < count && at + LANES <= h.outputs.width; at += LANES) {
            products += load(incoming, at, element) * load(output, at, element);
        }
        if (i < count && at < h.outputs.width) {
            i64 rest = h.outputs.width - at;
            products += load_some(incoming, at, rest, 0, element) * load_some(output, at, rest, 0, element);
        }
        t->output_sums[i] = sum(products);
        t->reference[i] = i < count ? h.statistics[position + i] : 0;
    }
}

INLINE void pack_query_rows(attention a, workspace *w, head_rows h, i64 from, i64 to, int element, int way) {
    source queries = from_source_row(h.queries, from, to - from);
    source incoming = from_source_row(h.incoming, from, to - from);
    w->finite_queries = are_finite(queries, element);
    w->finite_incoming = are_finite(incoming, element);
    i64 rows = rounded_up(to - from, TILE) * packed_element(way) / 4;
    i64 elements = padded(a.keys.width, way);
    int kind = way == BY_FLOATS ? FLOATS : PAIRS_ACROSS;
    pack_rows(queries, kind, element, w->query_rows, rows, elements);
    pack_rows(incoming, kind, element, w->incoming_rows, rows, elements);
}

/* One vector of a key's row of a tile: what it was and what it becomes. */
typedef struct {
    vf probability;
    vf gradient;
} step;

INLINE step differentiate(
        vf score, vf product, vf reference, vf output_sum, float scale, int capped, float cap_factor) {
    vf factor = all(1);
    if (capped) {
        score = tanh_of(score * all(cap_factor));
        factor = all(1) - score * score;
    }
    vf probability = power_of_2(score * all(scale) - reference);
    vf gradient = probability * (product - output_sum);
    return (step){probability, capped ? gradient * factor : gradient};
}

INLINE step hidden_step(step s, vi visible) {
    return (step){choose(visible, s.probability, (vf){}), choose(visible, s.gradient, (vf){})};
}

/* Where a tile's matrices of scores are: of some keys of a chunk, as rows of the tile's queries. */
typedef struct {
    matrix scores;
    matrix products;
    matrix probabilities;
    matrix gradients;
    matrix pairs;
} score_matrices;

/* Turns an even number of keys' scores and products into probabilities and the scores' gradients. */
INLINE void go_back(attention a, const tile *t, score_matrices m, range keys, int partial, int capped, int way) {
    float scale = exponent_scale(a);
    float cap_factor = capped ? a.scale / a.cap : 0;
    i64 queries = least(TILE, a.to - t->position);
    for (int i = 0; i < VECTORS; i++) {
        vf reference = *(vf_at *)(t->reference + i * LANES);
        vf output_sum = *(vf_at *)(t->output_sums + i * LANES);
        for (i64 key = 0; key < keys.to - keys.from; key += 2) {
            step steps[2];
            for (int j = 0; j < 2; j++) {
                vf score = *(vf_at *)(m.scores.rows + (key + j) * m.scores.stride + i * VECTOR);
                vf product = *(vf_at *)(m.products.rows + (key + j) * m.products.stride + i * VECTOR);
                steps[j] = differentiate(score, product, reference, output_sum, scale, capped, cap_factor);
                if (partial) {
                    steps[j] = hidden_step(steps[j], sees(keys.from + key + j, t->position, queries, a.window, i));
                }
                int element = packed_element(way);
                store(m.probabilities.rows + (key + j) * m.probabilities.stride, i * LANES, steps[j].probability,
                        element);
                store(m.gradients.rows + (key + j) * m.gradients.stride, i * LANES, steps[j].gradient, element);
            }
            if (way != BY_FLOATS) {
                *(vu_at *)(m.pairs.rows + key / 2 * m.pairs.stride + i * VECTOR) = pair_of(
                        steps[0].gradient, steps[1].gradient);
            }
        }
    }
}

/* One of the tiles looks at a chunk of keys: its scores' gradients, and its share in the queries' gradients. */
INLINE void look(attention a, workspace *w, i64 number, i64 first, int way) {
    tile *t = &w->tiles[number];
    i64 chunk = a.first_key + first;
    range keys = seen(t->position, a.to, a.window, chunk, key_unit(way));
    i64 count = keys.to - keys.from;
    if (count <= 0) {
        return;
    }
    int element = packed_element(way);
    i64 elements = padded(a.keys.width, way);
    i64 units = elements * element / 4;
    i64 row = keys.from - chunk;
    score_matrices m;
    m.probabilities = from_row(from_byte(w->probabilities, number * TILE * element), row);
    m.gradients = from_row(from_byte(w->score_gradients, number * TILE * element), row);
    m.scores = way == BY_FLOATS ? m.probabilities : w->scores;
    m.products = way == BY_FLOATS ? m.gradients : w->products;
    m.pairs = way == BY_FLOATS ? m.gradients : w->gradient_pairs;
    product((product_of){from_row(w->packed.keys, first + row), t->queries, m.scores, count, units, TILE}, way, 0);
    product((product_of){from_row(w->packed.values, first + row), t->incoming, m.products, count, units, TILE}, way, 0);
    int partial = is_partial(t->position, a.to, a.window, keys);
    if (a.cap > 0) {
        go_back(a, t, m, keys, 1, 1, way);
    } else if (partial) {
        go_back(a, t, m, keys, 1, 0, way);
    } else {
        go_back(a, t, m, keys, 0, 0, way);
    }
    matrix columns = from_byte(from_row(w->packed.key_columns, first / CHUNK * elements), row * element);
    product_of of_queries = {columns, m.pairs, t->gradient, elements, count * element / 4, TILE};
    if (partial && !w->packed.finite_keys) {
        add_seen(of_queries, (sight){keys.from, t->position, a.window, 0}, element);
    } else {
        product(of_queries, way, 1);
    }
}

/* Adds a product with rows of queries, of which some may not see a key. */
INLINE void add_key_product(product_of p, int whole, sight s, int way) {
    if (whole) {
        product(p, way, 1);
    } else {
        add_seen(p, s, packed_element(way));
    }
}

/* Adds the gradients of some keys of a chunk, for the tiles from first_tile on. */
INLINE void add_key_rows(attention a, workspace *w, i64 first, range rows, i64 first_tile, i64 tiles, int way) {
    int element = packed_element(way);
    i64 elements = padded(a.keys.width, way);
    i64 query = first_tile * TILE;
    i64 query_row = query * element / 4;
    product_of of_values = {from_byte(from_row(w->probabilities, rows.from), query * element),
            from_row(w->incoming_rows, query_row), from_row(w->packed.value_sums, first + rows.from),
            rows.to - rows.from, tiles * TILE * element / 4, elements};
    product_of of_keys = of_values;
    of_keys.a = from_byte(from_row(w->score_gradients, rows.from), query * element);
    of_keys.b = from_row(w->query_rows, query_row);
    of_keys.c = from_row(w->packed.key_sums, first + rows.from);
    i64 key = a.first_key + first + rows.from;
    i64 position = w->tiles[first_tile].position;
    i64 last = position + tiles * TILE - 1;
    int all_see = key + of_keys.rows - 1 <= position && first_seen(last, a.window) <= key && last < a.to;
    add_key_product(of_values, all_see || w->finite_incoming, (sight){key, position, a.window, 1}, way);
    add_key_product(of_keys, all_see || w->finite_queries, (sight){key, position, a.window, 1}, way);
}

/* Adds the gradients of a chunk's keys: for rows that the same tiles have looked at, all at once. */
INLINE void add_keys(attention a, workspace *w, i64 tiles, i64 first, int way) {
    i64 chunk = a.first_key + first;
    i64 unit = key_unit(way);
    range rows = {0, 0};
    i64 first_tile = 0;
    i64 end_tile = 0;
    for (i64 row = 0; row <= CHUNK; row += unit) {
        i64 from = tiles;
        i64 end = 0;
        for (i64 i = 0; i < tiles && row < CHUNK; i++) {
            range keys = seen(w->tiles[i].position, a.to, a.window, chunk, unit);
            if (keys.from <= chunk + row && chunk + row < keys.to) {
                from = least(from, i);
                end = i + 1;
            }
        }
        if (from != first_tile || end != end_tile || row == CHUNK) {
            rows.to = row;
            if (rows.from < rows.to && first_tile < end_tile) {
                add_key_rows(a, w, first, rows, first_tile, end_tile - first_tile, way);
            }
            rows.from = row;
            first_tile = from;
            end_tile = end;
        }
    }
}

/* Where the results go. */
typedef struct {
    char *query_gradient;
    i64 stride;
    char *key_sums;
    char *value_sums;
} results;

INLINE void go_back_from(
        attention a, workspace *w, head_rows h, i64 from, char *gradient, i64 stride, int element, int way) {
    i64 to = least(a.to, from + TOGETHER * TILE);
    i64 tiles = (to - from + TILE - 1) / TILE;
    for (i64 i = 0; i < tiles; i++) {
        begin(a, &w->tiles[i], h, from + i * TILE, element, way);
    }
    pack_query_rows(a, w, h, from, to, element, way);
    i64 first = (first_seen(from, a.window) - a.first_key) / CHUNK * CHUNK;
    for (; first < to - a.first_key; first += CHUNK) {
        for (i64 i = 0; i < tiles; i++) {
            look(a, w, i, first, way);
        }
        add_keys(a, w, tiles, first, way);
    }
    float factors[TILE];
    for (int i = 0; i < TILE; i++) {
        factors[i] = a.scale;
    }
    for (i64 i = 0; i < tiles; i++) {
        i64 position = w->tiles[i].position;
        unpack_columns(w->tiles[i].gradient, factors, gradient + position * stride, stride, least(TILE, to - position),
                a.keys.width, element);
    }
}

/* The sums without the padding of their rows. */
INLINE void write_sums(matrix sums, char *target, i64 rows, i64 width) {
    for (i64 row = 0; row < rows; row++, target += width * FP32) {
        for (i64 i = 0; i < width; i += LANES) {
            vf v = *(vf_at *)(sums.rows + row * sums.stride + i * 4);
            if (i + LANES <= width) {
                store(target, i, v, FP32);
            } else {
                store_some(target, i, width - i, v, FP32);
            }
        }
    }
}

INLINE void backward(attention a, head_rows h, results r, arena memory, int element, int way) {
    workspace w = layout(&memory, a.to - a.first_key, a.keys.width, way);
    pack_keys(a, &w.packed, element, way);
    i64 head_bytes = a.keys.width * element;
    for (i64 head = 0; head < a.group; head++) {
        for (i64 from = a.from; from < a.to; from += TOGETHER * TILE) {
            go_back_from(a, &w, h, from, r.query_gradient + head * head_bytes, r.stride, element, way);
        }
        h.queries.rows += head_bytes;
        h.incoming.rows += head_bytes;
        h.outputs.rows += head_bytes;
        h.statistics = (const float_at *)((const char *)h.statistics + a.statistics_stride);
    }
    write_sums(w.packed.key_sums, r.key_sums, a.to - a.first_key, a.keys.width);
    write_sums(w.packed.value_sums, r.value_sums, a.to - a.first_key, a.keys.width);
}

/* Bytes of memory that attentionBackward works in. */
COUNT(attentionBackwardScratch, i64 keys, i64 width, int element) {
    arena memory = {0, 0};
    layout(&memory, keys, width, way_of(element));
    return memory.used;
}

KERNEL(attentionBackward, i64 queries, i64 query_stride, i64 keys, i64 key_stride, i64 values, i64 value_stride,
        i64 output, i64 output_stride, i64 incoming, i64 incoming_stride, i64 statistics, i64 statistics_stride,
        i64 gradient, i64 gradient_stride, i64 key_sums, i64 value_sums, i64 from, i64 to, i64 group, i64 width,
        i64 window, float scale, float cap, i64 scratch, int element) {
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
    head_rows h = {
            a.queries,
            {(char *)incoming, incoming_stride, to, width},
            {(char *)output, output_stride, to, width},
            (const float_at *)statistics,
    };
    results r = {(char *)gradient, gradient_stride, (char *)key_sums, (char *)value_sums};
    arena memory = {(char *)scratch, 0};
    if (element == FP32) {
        backward(a, h, r, memory, FP32, BY_FLOATS);
        return;
    }
#if HAS_TILES
    if (way_of(BF16) == BY_TILES) {
        tiles_begin();
        backward(a, h, r, memory, BF16, BY_TILES);
        tiles_end();
        return;
    }
#endif
    backward(a, h, r, memory, BF16, MULTIPLIES_PAIRS ? BY_PAIRS : BY_FLOATS);
}
