package io.tune4j.api.tensor;

/** The element-wise functions of one argument that every backend has. */
public enum UnaryFunction {
    NEGATE,
    ABSOLUTE,
    EXP,
    LOG,
    SQRT,
    RECIPROCAL_SQRT,
    SIGMOID,
    TANH,
    SIN,
    COS
}
