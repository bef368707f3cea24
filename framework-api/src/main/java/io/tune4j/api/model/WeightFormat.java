package io.tune4j.api.model;

import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;

/** How frozen weights are stored: {@code dense}, or quantized by a plugin. A component type. */
public interface WeightFormat {
    /** A factory that loads projections in this format, with matrix products in the given dtype. */
    FrozenLinearFactory factory(ArrayKernels kernels, DType computeDtype, WeightSource weights);
}
