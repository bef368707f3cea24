// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.tensor.DType;
import java.util.Set;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/** A storage format of frozen weights: {@code dense}, or a quantized one of a plugin. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface WeightFormat {
    /**
     * A factory that loads projections in this format, with matrix products in the given dtype.
     *
     * @param notices takes what a user should know of the loading, one line each
     */
    FrozenLinearFactory factory(Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices);

    /** Makes a factory without notices. */
    default FrozenLinearFactory factory(Backend backend, DType computeDtype, WeightSource weights) {
        return factory(backend, computeDtype, weights, notice -> {});
    }

    /** The dtypes that products with weights in this format can be computed in. */
    default Set<DType> computeDtypes() {
        return Set.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    }

    /**
     * The weights with the values that a model in this format computes with.
     *
     * @param weights as they are stored
     */
    default WeightSource asComputed(Backend backend, DType computeDtype, WeightSource weights) {
        return weights;
    }
}
