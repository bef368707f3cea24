/*
 * The cross-entropy of rows of logits, -log softmax(x)[label], and in the logits' place its gradient, softmax(x) less 1 at the label. What is
 * left of a row is read three times: for the largest logit, for the sum of exponentials and for the gradient.
 */
#include "vector.h"

#define LN_2 0.69314718056f

/* 2^(x log2(e) - shift) */
INLINE vf exponential(vf x, float shift) { return exp2_of(x * all(LOG2_E) - all(shift)); }

INLINE float largest_of(const char *row, i64 width, int element) {
    vf most = all(-__builtin_inff());
    i64 i = 0;
    for (; i + LANES <= width; i += LANES) {
        most = larger(most, load(row, i, element));
    }
    if (i < width) {
        most = larger(most, load_some(row, i, width - i, -__builtin_inff(), element));
    }
    return largest(most);
}

INLINE float sum_of_exponentials(const char *row, i64 width, float shift, int element) {
    vf total = {};
    i64 i = 0;
    for (; i + LANES <= width; i += LANES) {
        total += exponential(load(row, i, element), shift);
    }
    if (i < width) {
        total += exponential(load_some(row, i, width - i, -__builtin_inff(), element), shift);
    }
    return sum(total);
}

INLINE void rows_of(char *logits, i64 rows, i64 width, const int64_t *labels, float_at *losses, int element) {
    for (i64 row = 0; row < rows; row++, logits += width * element) {
        float shift = largest_of(logits, width, element) * LOG2_E;
        float total = sum_of_exponentials(logits, width, shift, element);
        float x = load_one(logits, labels[row], element);
        losses[row] = (log2_of(all(total))[0] - (x * LOG2_E - shift)) * LN_2;
        float factor = 1 / total;
        float at_label = exponential(all(x), shift)[0] * factor - 1;
        i64 i = 0;
        for (; i + LANES <= width; i += LANES) {
            store(logits, i, exponential(load(logits, i, element), shift) * all(factor), element);
        }
        if (i < width) {
            vf rest = load_some(logits, i, width - i, 0, element);
            store_some(logits, i, width - i, exponential(rest, shift) * all(factor), element);
        }
        store_one(logits, labels[row], at_label, element);
    }
}

KERNEL(crossEntropy, i64 logits, i64 rows, i64 width, i64 labels, i64 losses, int element) {
    if (element == FP32) {
        rows_of((char *)logits, rows, width, (const int64_t *)labels, (float_at *)losses, FP32);
    } else {
        rows_of((char *)logits, rows, width, (const int64_t *)labels, (float_at *)losses, BF16);
    }
}
