/* The formulas of adamw.c in double precision. */
#include "plain.h"

KERNEL(
        adamW,
        i64 values,
        i64 gradients,
        i64 means,
        i64 variances,
        i64 count,
        float kept,
        float mean_rest,
        float variance_kept,
        float variance_rest,
        float root_factor,
        float epsilon,
        float rate) {
    for (i64 i = 0; i < count; i++) {
        double g = get(gradients, i, FP32), mean = get(means, i, FP32);
        mean += (g - mean) * mean_rest;
        double variance = get(variances, i, FP32) * variance_kept + g * g * variance_rest;
        double step = mean / (__builtin_sqrt(variance) * root_factor + epsilon) * rate;
        set(values, i, get(values, i, FP32) * kept - step, FP32);
        set(means, i, mean, FP32);
        set(variances, i, variance, FP32);
    }
}
