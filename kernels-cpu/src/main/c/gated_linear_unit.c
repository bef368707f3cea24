/*
 * Gated linear units (Shazeer 2020): the gate, through an activation, times what it gates. SwiGLU (equation 6) has silu(x) = x sigmoid(x);
 * GeGLU (equation 5) has gelu in its approximation by tanh (Hendrycks and Gimpel 2016), which is x sigmoid(2u) with
 * u = sqrt(2 / pi) (x + 0.044715 x^3).
 */
#include "vector.h"

enum { SILU, GELU };

/* What the sigmoid is taken of. */
INLINE vf inside(vf x, int activation) {
    return activation == SILU ? x : all(1.5957691216f) * (x + all(0.044715f) * x * x * x);
}

/* Its derivative. */
INLINE vf inside_slope(vf x, int activation) {
    return activation == SILU ? all(1) : all(1.5957691216f) + all(1.5957691216f * 3 * 0.044715f) * x * x;
}

INLINE vf forward_of(vf gate, vf up, int activation) { return gate * sigmoid(inside(gate, activation)) * up; }

/* Rows of gateUp are [gate | up], each width wide. */
INLINE void forward(const char *gate_up, i64 rows, i64 width, char *output, int element, int activation) {
    i64 whole = width / LANES * LANES;
    i64 rest = width - whole;
    for (i64 row = 0; row < rows; row++, gate_up += 2 * width * element, output += width * element) {
        const char *up = gate_up + width * element;
        for (i64 i = 0; i < whole; i += LANES) {
            store(output, i, forward_of(load(gate_up, i, element), load(up, i, element), activation), element);
        }
        if (rest > 0) {
            vf gates = load_some(gate_up, whole, rest, 0, element);
            vf ups = load_some(up, whole, rest, 0, element);
            store_some(output, whole, rest, forward_of(gates, ups, activation), element);
        }
    }
}

typedef struct { vf gate, up; } both;

/* With s the sigmoid of v(x): the gradients are dy x s for up, and dy up s (1 + x v'(x) (1 - s)) for the gate. */
INLINE both backward_of(vf dy, vf gate, vf up, int activation) {
    vf s = sigmoid(inside(gate, activation));
    vf weighted = dy * s;
    vf slope = gate * inside_slope(gate, activation) * (all(1) - s) + all(1);
    return (both){.gate = weighted * up * slope, .up = weighted * gate};
}

INLINE void backward(const char *dy, const char *gate_up, i64 rows, i64 width, char *gradient, int element, int activation) {
    i64 whole = width / LANES * LANES;
    i64 rest = width - whole;
    i64 half = width * element;
    for (i64 row = 0; row < rows; row++, dy += half, gate_up += 2 * half, gradient += 2 * half) {
        for (i64 i = 0; i < whole; i += LANES) {
            both d = backward_of(
                    load(dy, i, element), load(gate_up, i, element), load(gate_up + half, i, element), activation);
            store(gradient, i, d.gate, element);
            store(gradient + half, i, d.up, element);
        }
        if (rest > 0) {
            both d = backward_of(
                    load_some(dy, whole, rest, 0, element),
                    load_some(gate_up, whole, rest, 0, element),
                    load_some(gate_up + half, whole, rest, 0, element),
                    activation);
            store_some(gradient, whole, rest, d.gate, element);
            store_some(gradient + half, whole, rest, d.up, element);
        }
    }
}

KERNEL(gatedLinearUnit, i64 gate_up, i64 rows, i64 width, i64 output, int element, int activation) {
    const char *from = (const char *)gate_up;
    char *to = (char *)output;
    if (activation == SILU && element == FP32) {
        forward(from, rows, width, to, FP32, SILU);
    } else if (activation == SILU) {
        forward(from, rows, width, to, BF16, SILU);
    } else if (element == FP32) {
        forward(from, rows, width, to, FP32, GELU);
    } else {
        forward(from, rows, width, to, BF16, GELU);
    }
}

KERNEL(gatedLinearUnitBackward, i64 dy, i64 gate_up, i64 rows, i64 width, i64 gradient, int element, int activation) {
    const char *incoming = (const char *)dy;
    const char *from = (const char *)gate_up;
    char *to = (char *)gradient;
    if (activation == SILU && element == FP32) {
        backward(incoming, from, rows, width, to, FP32, SILU);
    } else if (activation == SILU) {
        backward(incoming, from, rows, width, to, BF16, SILU);
    } else if (element == FP32) {
        backward(incoming, from, rows, width, to, FP32, GELU);
    } else {
        backward(incoming, from, rows, width, to, BF16, GELU);
    }
}
