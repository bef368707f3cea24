/* The formulas of attention.c and attention_backward.c in double precision, a score after the other. */
#include "plain.h"

static double tangent(double x) {
    double square = power_of_e(-2 * (x < 0 ? -x : x));
    double result = (1 - square) / (1 + square);
    return x < 0 ? -result : result;
}

/* The score of a row of queries and a row of keys, but for the cap. */
static double product_of_rows(i64 a, i64 b, i64 width, int element) {
    double sum = 0;
    for (i64 i = 0; i < width; i++) {
        sum += get(a, i, element) * get(b, i, element);
    }
    return sum;
}

static double capped(double score, float cap) { return cap > 0 ? cap * tangent(score / cap) : score; }

static i64 first_key(i64 position, i64 window) { return window > 0 && position >= window ? position - window + 1 : 0; }

KERNEL(attention, i64 queries, i64 query_stride, i64 keys, i64 key_stride, i64 values, i64 value_stride, i64 output,
        i64 output_stride, i64 statistics, i64 statistics_stride, i64 from, i64 to, i64 group, i64 width, i64 window,
        float scale, float cap, i64 scratch, int element) {
    for (i64 head = 0; head < group; head++) {
        for (i64 q = from; q < to; q++) {
            i64 query = queries + q * query_stride + head * width * element;
            double largest = -__builtin_inf();
            double *weights = (double *)scratch;
            for (i64 k = first_key(q, window); k <= q; k++) {
                weights[k] = capped(scale * product_of_rows(query, keys + k * key_stride, width, element), cap);
                largest = weights[k] > largest ? weights[k] : largest;
            }
            double sum = 0;
            for (i64 k = first_key(q, window); k <= q; k++) {
                weights[k] = power_of_e(weights[k] - largest);
                sum += weights[k];
            }
            for (i64 i = 0; i < width; i++) {
                double weighted = 0;
                for (i64 k = first_key(q, window); k <= q; k++) {
                    weighted += weights[k] / sum * get(values + k * value_stride, i, element);
                }
                set(output + q * output_stride + head * width * element, i, weighted, element);
            }
            double statistic = sum == sum ? (logarithm(sum) + largest) / LN_2 : sum;
            set(statistics + head * statistics_stride, q, statistic, FP32);
        }
    }
}

KERNEL(attentionBackward, i64 queries, i64 query_stride, i64 keys, i64 key_stride, i64 values, i64 value_stride,
        i64 output, i64 output_stride, i64 incoming, i64 incoming_stride, i64 statistics, i64 statistics_stride,
        i64 gradient, i64 gradient_stride, i64 key_sums, i64 value_sums, i64 from, i64 to, i64 group, i64 width,
        i64 window, float scale, float cap, i64 scratch, int element) {
    double *sums = (double *)scratch;
    i64 first = first_key(from, window);
    i64 count = (to - first) * width;
    double *key_gradients = sums + width;
    double *value_gradients = key_gradients + count;
    for (i64 i = 0; i < 2 * count; i++) {
        key_gradients[i] = 0;
    }
    for (i64 head = 0; head < group; head++) {
        i64 skip = head * width * element;
        for (i64 q = from; q < to; q++) {
            i64 query = queries + q * query_stride + skip;
            i64 in = incoming + q * incoming_stride + skip;
            double output_sum = product_of_rows(in, output + q * output_stride + skip, width, element);
            double reference = get(statistics + head * statistics_stride, q, FP32) * LN_2;
            for (i64 i = 0; i < width; i++) {
                sums[i] = 0;
            }
            for (i64 k = first_key(q, window); k <= q; k++) {
                double score = capped(scale * product_of_rows(query, keys + k * key_stride, width, element), cap);
                double probability = power_of_e(score - reference);
                double product = product_of_rows(in, values + k * value_stride, width, element);
                double slope = probability * (product - output_sum);
                if (cap > 0) {
                    slope *= 1 - score / cap * (score / cap);
                }
                for (i64 i = 0; i < width; i++) {
                    sums[i] += slope * get(keys + k * key_stride, i, element);
                    key_gradients[(k - first) * width + i] += slope * get(query, i, element);
                    value_gradients[(k - first) * width + i] += probability * get(in, i, element);
                }
            }
            for (i64 i = 0; i < width; i++) {
                set(gradient + q * gradient_stride + skip, i, sums[i] * scale, element);
            }
        }
    }
    for (i64 i = 0; i < count; i++) {
        set(key_sums, i, key_gradients[i], FP32);
        set(value_sums, i, value_gradients[i], FP32);
    }
}
