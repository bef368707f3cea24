/*
 * Attention of one position of a sequence to keys and values that are kept, for the query heads that share them. Each key and value is
 * read once, where it lies. Scores of all keys are in memory, so the softmax is the plain one.
 */
#include "vector.h"

/* Queries that look at a key together. */
enum { QUERIES = 4 };

/* Keys whose values stay in the first cache. */
enum { KEYS_AT_ONCE = 64 };

/* Rows of other heads lie between those of a head, which the processor's own prefetching does not skip. */
enum { CACHE_LINE = 64, SCORES_AHEAD = 16 };

INLINE void prefetch(const char *row, i64 bytes) {
    for (i64 i = 0; i < bytes; i += CACHE_LINE) {
        __builtin_prefetch(row + i);
    }
}

/* Scores [queries][keys] of queries that are in fp32 and scaled. */
INLINE void score(const float_at *q, const char *keys, i64 stride, i64 count, i64 width, float_at *scores, int queries, int element) {
    i64 whole = width / LANES * LANES;
    i64 rest = width - whole;
    for (i64 key = 0; key < count; key++, keys += stride) {
        prefetch(keys + SCORES_AHEAD * stride, width * element);
        vf acc[QUERIES];
        for (int g = 0; g < queries; g++) {
            acc[g] = (vf){};
        }
        for (i64 i = 0; i < whole; i += LANES) {
            vf k = load(keys, i, element);
            for (int g = 0; g < queries; g++) {
                acc[g] += k * *(const vf_at *)(q + g * width + i);
            }
        }
        if (rest > 0) {
            vf k = load_some(keys, whole, rest, 0, element);
            for (int g = 0; g < queries; g++) {
                acc[g] += k * load_some(q + g * width, whole, rest, 0, FP32);
            }
        }
        for (int g = 0; g < queries; g++) {
            scores[g * count + key] = sum(acc[g]);
        }
    }
}

/* Scores become probabilities; returns what they are to be divided by. */
INLINE float exponentials(float_at *scores, i64 count, float scale, float cap, float factor) {
    i64 whole = count / LANES * LANES;
    vf most = all(-INFINITE);
    for (i64 i = 0; i < whole; i += LANES) {
        vf_at *at = (vf_at *)(scores + i);
        vf v = *at;
        if (cap > 0) {
            v = tanh_of(v * all(scale));
        }
        v *= all(factor);
        *at = v;
        most = larger(v, most);
    }
    float max = largest(most);
    for (i64 i = whole; i < count; i++) {
        float v = (cap > 0 ? tanh_of(all(scores[i] * scale))[0] : scores[i]) * factor;
        scores[i] = v;
        max = v > max ? v : max;
    }
    vf sums = {};
    for (i64 i = 0; i < whole; i += LANES) {
        vf_at *at = (vf_at *)(scores + i);
        vf v = power_of_2(*at - all(max));
        *at = v;
        sums += v;
    }
    float total = sum(sums);
    for (i64 i = whole; i < count; i++) {
        scores[i] = power_of_2(all(scores[i] - max))[0];
        total += scores[i];
    }
    return total;
}

/* Adds weighted values to sums [queries][width], two vectors at a time. */
INLINE void weigh(const char *values, i64 stride, i64 keys, i64 width, const float_at *weights, i64 weight_stride, float_at *sums,
        int queries, int element) {
    i64 whole = width / (2 * LANES) * 2 * LANES;
    for (i64 i = 0; i < whole; i += 2 * LANES) {
        vf acc[QUERIES][2];
        for (int g = 0; g < queries; g++) {
            acc[g][0] = *(vf_at *)(sums + g * width + i);
            acc[g][1] = *(vf_at *)(sums + g * width + i + LANES);
        }
        const char *row = values;
        for (i64 key = 0; key < keys; key++, row += stride) {
            if (i == 0) {
                prefetch(row + KEYS_AT_ONCE * stride, width * element);
            }
            vf first = load(row, i, element);
            vf second = load(row, i + LANES, element);
            for (int g = 0; g < queries; g++) {
                vf weight = all(weights[g * weight_stride + key]);
                acc[g][0] += weight * first;
                acc[g][1] += weight * second;
            }
        }
        for (int g = 0; g < queries; g++) {
            *(vf_at *)(sums + g * width + i) = acc[g][0];
            *(vf_at *)(sums + g * width + i + LANES) = acc[g][1];
        }
    }
    for (i64 i = whole; i < width; i++) {
        for (int g = 0; g < queries; g++) {
            float total = sums[g * width + i];
            for (i64 key = 0; key < keys; key++) {
                total += weights[g * weight_stride + key] * load_one(values + key * stride, i, element);
            }
            sums[g * width + i] = total;
        }
    }
}

/* Up to QUERIES heads. memory is [queries][count] and twice [queries][width] in fp32. */
INLINE void some_heads(const char *queries, const char *keys, i64 key_stride, const char *values, i64 value_stride, i64 count,
        i64 width, float scale, float cap, char *output, float_at *memory, int heads, int element) {
    float_at *scores = memory;
    float_at *q = scores + heads * count;
    float_at *sums = q + heads * width;
    for (i64 i = 0; i < heads * width; i++) {
        q[i] = load_one(queries, i, element);
        sums[i] = 0;
    }
    score(q, keys, key_stride, count, width, scores, heads, element);
    float totals[QUERIES];
    for (int g = 0; g < heads; g++) {
        float factor = cap > 0 ? cap * LOG2_E : scale * LOG2_E;
        totals[g] = exponentials(scores + g * count, count, cap > 0 ? scale / cap : scale, cap, factor);
    }
    for (i64 from = 0; from < count; from += KEYS_AT_ONCE) {
        weigh(values + from * value_stride, value_stride, least(KEYS_AT_ONCE, count - from), width, scores + from, count, sums, heads, element);
    }
    for (int g = 0; g < heads; g++) {
        for (i64 i = 0; i < width; i++) {
            store_one(output, g * width + i, sums[g * width + i] / totals[g], element);
        }
    }
}

INLINE void group_of(const char *queries, const char *keys, i64 key_stride, const char *values, i64 value_stride, i64 count, i64 group,
        i64 width, float scale, float cap, char *output, float_at *memory, int element) {
    for (i64 head = 0; head < group; head += QUERIES) {
        const char *q = queries + head * width * element;
        char *o = output + head * width * element;
        switch (least(QUERIES, group - head)) {
        case 1: some_heads(q, keys, key_stride, values, value_stride, count, width, scale, cap, o, memory, 1, element); break;
        case 2: some_heads(q, keys, key_stride, values, value_stride, count, width, scale, cap, o, memory, 2, element); break;
        case 3: some_heads(q, keys, key_stride, values, value_stride, count, width, scale, cap, o, memory, 3, element); break;
        default: some_heads(q, keys, key_stride, values, value_stride, count, width, scale, cap, o, memory, 4, element);
        }
    }
}

/* Bytes of memory that it works in. */
COUNT(attentionStepScratch, i64 keys, i64 width) { return QUERIES * (keys + 2 * width) * FP32; }

KERNEL(attentionStep, i64 queries, i64 keys, i64 key_stride, i64 values, i64 value_stride, i64 count, i64 group, i64 width, float scale,
        float cap, i64 output, i64 scratch, int element) {
    if (element == FP32) {
        group_of((char *)queries, (char *)keys, key_stride, (char *)values, value_stride, count, group, width, scale, cap, (char *)output,
                (float_at *)scratch, FP32);
    } else {
        group_of((char *)queries, (char *)keys, key_stride, (char *)values, value_stride, count, group, width, scale, cap, (char *)output,
                (float_at *)scratch, BF16);
    }
}

/* Rows of any bytes to other memory. */
KERNEL(copyRows, i64 source, i64 source_stride, i64 target, i64 target_stride, i64 rows, i64 bytes) {
    for (i64 row = 0; row < rows; row++) {
        const char *from = (const char *)source + row * source_stride;
        char *to = (char *)target + row * target_stride;
        i64 i = 0;
        for (; i + VECTOR <= bytes; i += VECTOR) {
            *(vu_at *)(to + i) = *(const vu_at *)(from + i);
        }
        for (; i + 2 <= bytes; i += 2) {
            *(half_at *)(to + i) = *(const half_at *)(from + i);
        }
    }
}
