/* Root mean square normalization (Zhang and Sennrich 2019): y = x / sqrt(mean(x^2) + epsilon) * weight, for each row. */
#include "vector.h"

/*
 * x and output are [rows, width] without gaps, weight is [width] in their dtype or in fp32, inverse is [rows] in fp32. What is normalized
 * is rounded to the dtype before a weight in that dtype is multiplied, as Hugging Face's models do; with a weight in fp32 only the
 * product is rounded, as in their Gemma. output may be x.
 */
INLINE void forward(
        const char *x, i64 rows, i64 width, const char *weight, float epsilon, char *output, float_at *inverse, int element,
        int of_weight) {
    i64 whole = width / LANES * LANES;
    for (i64 row = 0; row < rows; row++, x += width * element, output += width * element) {
        vf squares = {};
        for (i64 i = 0; i < whole; i += LANES) {
            vf v = load(x, i, element);
            squares += v * v;
        }
        if (whole < width) {
            vf v = load_some(x, whole, width - whole, 0, element);
            squares += v * v;
        }
        float factor = 1 / __builtin_sqrtf(sum(squares) / width + epsilon);
        inverse[row] = factor;
        for (i64 i = 0; i < whole; i += LANES) {
            vf v = load(x, i, element) * all(factor);
            v = of_weight == BF16 ? widened(narrowed(v)) : v;
            store(output, i, v * load(weight, i, of_weight), element);
        }
        for (i64 i = whole; i < width; i++) {
            float v = load_one(x, i, element) * factor;
            v = of_weight == BF16 ? widened_one(narrowed_one(v)) : v;
            store_one(output, i, v * load_one(weight, i, of_weight), element);
        }
    }
}

/* With r the inverse and g = dy * weight: dx = r * g - x * r^3 * mean(g * x). */
INLINE void backward(
        const char *dy, const char *x, i64 rows, i64 width, const char *weight, const float_at *inverse, char *dx, int element,
        int of_weight) {
    i64 whole = width / LANES * LANES;
    i64 rest = width - whole;
    for (i64 row = 0; row < rows; row++, x += width * element, dy += width * element, dx += width * element) {
        vf products = {};
        for (i64 i = 0; i < whole; i += LANES) {
            products += load(dy, i, element) * load(weight, i, of_weight) * load(x, i, element);
        }
        if (rest > 0) {
            products += load_some(dy, whole, rest, 0, element) * load_some(weight, whole, rest, 0, of_weight)
                    * load_some(x, whole, rest, 0, element);
        }
        float r = inverse[row];
        float share = sum(products) / width * r * r * r;
        for (i64 i = 0; i < whole; i += LANES) {
            vf g = load(dy, i, element) * load(weight, i, of_weight);
            store(dx, i, all(r) * g - load(x, i, element) * all(share), element);
        }
        for (i64 i = whole; i < width; i++) {
            float g = load_one(dy, i, element) * load_one(weight, i, of_weight);
            store_one(dx, i, r * g - load_one(x, i, element) * share, element);
        }
    }
}

/*
 * The weight's gradient for columns [first, first + columns): the sum over the rows of dy * x * r, added up in the order of the rows.
 * Whoever divides the columns among threads changes no bit.
 */
INLINE void weights(
        const char *dy, const char *x, i64 rows, i64 width, const float_at *inverse, float_at *gradient, i64 first, i64 columns,
        int element) {
    i64 whole = columns / LANES * LANES;
    char *sums = (char *)(gradient + first);
    for (i64 i = 0; i < columns; i++) {
        store_one(sums, i, 0, FP32);
    }
    dy += first * element;
    x += first * element;
    for (i64 row = 0; row < rows; row++, x += width * element, dy += width * element) {
        vf factor = all(inverse[row]);
        for (i64 i = 0; i < whole; i += LANES) {
            store(sums, i, load(sums, i, FP32) + load(dy, i, element) * (load(x, i, element) * factor), FP32);
        }
        for (i64 i = whole; i < columns; i++) {
            float v = load_one(x, i, element) * inverse[row];
            store_one(sums, i, load_one(sums, i, FP32) + load_one(dy, i, element) * v, FP32);
        }
    }
}

KERNEL(rmsNorm, i64 x, i64 rows, i64 width, i64 weight, float epsilon, i64 output, i64 inverse, int element, int of_weight) {
    if (element == FP32) {
        forward((char *)x, rows, width, (char *)weight, epsilon, (char *)output, (float_at *)inverse, FP32, FP32);
    } else if (of_weight == FP32) {
        forward((char *)x, rows, width, (char *)weight, epsilon, (char *)output, (float_at *)inverse, BF16, FP32);
    } else {
        forward((char *)x, rows, width, (char *)weight, epsilon, (char *)output, (float_at *)inverse, BF16, BF16);
    }
}

KERNEL(rmsNormBackward, i64 dy, i64 x, i64 rows, i64 width, i64 weight, i64 inverse, i64 dx, int element, int of_weight) {
    if (element == FP32) {
        backward((char *)dy, (char *)x, rows, width, (char *)weight, (float_at *)inverse, (char *)dx, FP32, FP32);
    } else if (of_weight == FP32) {
        backward((char *)dy, (char *)x, rows, width, (char *)weight, (float_at *)inverse, (char *)dx, BF16, FP32);
    } else {
        backward((char *)dy, (char *)x, rows, width, (char *)weight, (float_at *)inverse, (char *)dx, BF16, BF16);
    }
}

KERNEL(rmsNormWeightBackward, i64 dy, i64 x, i64 rows, i64 width, i64 inverse, i64 gradient, i64 first, i64 columns, int element) {
    if (element == FP32) {
        weights((char *)dy, (char *)x, rows, width, (float_at *)inverse, (float_at *)gradient, first, columns, FP32);
    } else {
        weights((char *)dy, (char *)x, rows, width, (float_at *)inverse, (float_at *)gradient, first, columns, BF16);
    }
}
