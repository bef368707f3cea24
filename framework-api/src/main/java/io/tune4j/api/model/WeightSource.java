// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** A source of weights: a checkpoint, or random numbers in tests and benchmarks. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface WeightSource {
    /** Whether there is a tensor of that name. */
    boolean has(String name);

    /** A new tensor with the weight, converted to the dtype. */
    Tensor load(ArrayKernels kernels, String name, DType dtype);

    /** Writes the weight into existing memory of its shape, e.g. a part of a stacked weight, converting as needed. */
    void loadInto(String name, Tensor target);

    /** Whether the values are not the checkpoint's but those of a coarser form of it. */
    default boolean isRounded(String name) {
        return false;
    }

    /** Identifies this source among all others. It changes when the values may have changed; empty if unknown. */
    default Identity identity() {
        return Identity.NONE;
    }

    /**
     * The identity of a source.
     *
     * @param place its location
     * @param version identifies the content
     */
    record Identity(String place, String version) {
        /** The identity of a source that is not in files. */
        public static final Identity NONE = new Identity("", "");
    }
}
