/* A step of AdamW (Loshchilov and Hutter 2019, algorithm 2) over fp32 numbers, in one pass. */
#include "vector.h"

typedef struct { vf value, mean, variance; } state;

typedef struct { float kept, mean_rest, variance_kept, variance_rest, root_factor, epsilon, rate; } factors;

INLINE state stepped(state s, vf gradient, factors f) {
    /* PyTorch rounds the decayed value too. Over many steps the difference exceeds fp32's own error. */
    s.value = rounded(s.value * all(f.kept));
    s.mean += (gradient - s.mean) * all(f.mean_rest);
    s.variance = s.variance * all(f.variance_kept) + gradient * gradient * all(f.variance_rest);
    s.value -= s.mean / (root(s.variance) * all(f.root_factor) + all(f.epsilon)) * all(f.rate);
    return s;
}

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
    char *value = (char *)values, *mean = (char *)means, *variance = (char *)variances;
    const char *gradient = (const char *)gradients;
    factors f = {kept, mean_rest, variance_kept, variance_rest, root_factor, epsilon, rate};
    i64 i = 0;
    for (; i + LANES <= count; i += LANES) {
        state s = {load(value, i, FP32), load(mean, i, FP32), load(variance, i, FP32)};
        s = stepped(s, load(gradient, i, FP32), f);
        store(value, i, s.value, FP32);
        store(mean, i, s.mean, FP32);
        store(variance, i, s.variance, FP32);
    }
    i64 rest = count - i;
    if (rest > 0) {
        state s = {
            load_some(value, i, rest, 0, FP32), load_some(mean, i, rest, 0, FP32), load_some(variance, i, rest, 1, FP32)};
        s = stepped(s, load_some(gradient, i, rest, 0, FP32), f);
        store_some(value, i, rest, s.value, FP32);
        store_some(mean, i, rest, s.mean, FP32);
        store_some(variance, i, rest, s.variance, FP32);
    }
}
