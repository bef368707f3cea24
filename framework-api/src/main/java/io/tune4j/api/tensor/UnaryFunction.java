// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import org.apiguardian.api.API;

/** The element-wise functions of one argument that every backend has. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
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
