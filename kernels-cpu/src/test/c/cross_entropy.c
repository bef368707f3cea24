/* The formulas of cross_entropy.c in double precision. */
#include "plain.h"

KERNEL(crossEntropy, i64 logits, i64 rows, i64 width, i64 labels, i64 losses, int element) {
    for (i64 row = 0; row < rows; row++) {
        i64 label = ((const int64_t *)labels)[row];
        double largest = get(logits, row * width, element);
        for (i64 i = 1; i < width; i++) {
            double x = get(logits, row * width + i, element);
            largest = x > largest ? x : largest;
        }
        double total = 0;
        for (i64 i = 0; i < width; i++) {
            total += power_of_e(get(logits, row * width + i, element) - largest);
        }
        set(losses, row, logarithm(total) - (get(logits, row * width + label, element) - largest), FP32);
        for (i64 i = 0; i < width; i++) {
            double p = power_of_e(get(logits, row * width + i, element) - largest) / total;
            set(logits, row * width + i, p - (i == label), element);
        }
    }
}
