/* The formulas of rms_norm.c in double precision, an element after the other. */
#include "plain.h"

KERNEL(rmsNorm, i64 x, i64 rows, i64 width, i64 weight, float epsilon, i64 output, i64 inverse, int element, int of_weight) {
    for (i64 row = 0; row < rows; row++) {
        double squares = 0;
        for (i64 i = 0; i < width; i++) {
            double v = get(x, row * width + i, element);
            squares += v * v;
        }
        double factor = 1 / __builtin_sqrt(squares / width + epsilon);
        set(inverse, row, factor, FP32);
        for (i64 i = 0; i < width; i++) {
            double v = rounded(get(x, row * width + i, element) * factor, of_weight);
            set(output, row * width + i, v * get(weight, i, of_weight), element);
        }
    }
}

KERNEL(rmsNormBackward, i64 dy, i64 x, i64 rows, i64 width, i64 weight, i64 inverse, i64 dx, int element, int of_weight) {
    for (i64 row = 0; row < rows; row++) {
        double r = get(inverse, row, FP32);
        double products = 0;
        for (i64 i = row * width; i < (row + 1) * width; i++) {
            products += get(dy, i, element) * get(weight, i - row * width, of_weight) * get(x, i, element);
        }
        for (i64 i = row * width; i < (row + 1) * width; i++) {
            double g = get(dy, i, element) * get(weight, i - row * width, of_weight);
            set(dx, i, r * g - get(x, i, element) * r * r * r * products / width, element);
        }
    }
}

KERNEL(rmsNormWeightBackward, i64 dy, i64 x, i64 rows, i64 width, i64 inverse, i64 gradient, i64 first, i64 columns, int element) {
    for (i64 i = first; i < first + columns; i++) {
        double products = 0;
        for (i64 row = 0; row < rows; row++) {
            products += get(dy, row * width + i, element) * get(x, row * width + i, element) * get(inverse, row, FP32);
        }
        set(gradient, i, products, FP32);
    }
}
