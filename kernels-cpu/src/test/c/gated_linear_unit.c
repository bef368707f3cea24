/* The formulas of gated_linear_unit.c in double precision. */
#include "plain.h"

static double sigmoid(double x) { return 1 / (1 + power_of_e(-x)); }

static double inside(double x, int gelu) { return gelu ? 2 * ROOT_2_OVER_PI * (x + 0.044715 * x * x * x) : x; }

static double slope(double x, int gelu) { return gelu ? 2 * ROOT_2_OVER_PI * (1 + 3 * 0.044715 * x * x) : 1; }

KERNEL(gatedLinearUnit, i64 gate_up, i64 rows, i64 width, i64 output, int element, int gelu) {
    for (i64 i = 0; i < rows * width; i++) {
        i64 at = i / width * 2 * width + i % width;
        double gate = get(gate_up, at, element);
        set(output, i, gate * sigmoid(inside(gate, gelu)) * get(gate_up, at + width, element), element);
    }
}

KERNEL(gatedLinearUnitBackward, i64 dy, i64 gate_up, i64 rows, i64 width, i64 gradient, int element, int gelu) {
    for (i64 i = 0; i < rows * width; i++) {
        i64 at = i / width * 2 * width + i % width;
        double gate = get(gate_up, at, element), up = get(gate_up, at + width, element), d = get(dy, i, element);
        double s = sigmoid(inside(gate, gelu));
        set(gradient, at, d * up * (s + gate * s * (1 - s) * slope(gate, gelu)), element);
        set(gradient, at + width, d * gate * s, element);
    }
}
