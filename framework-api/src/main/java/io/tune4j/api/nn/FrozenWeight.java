// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/**
 * A weight {@code W [out, in]} that is not trained, in any storage format. A format that must unpack does so in
 * workspaces, once per use; neither the tape nor the caller's scope ever keeps an unpacked weight.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FrozenWeight extends AutoCloseable {
    long outFeatures();

    long inFeatures();

    /** The dtype that {@link #multiply} computes in. */
    DType computeDtype();

    /** {@code x · Wᵀ}: {@code [T, in] -> [T, out]}. */
    Tensor multiply(Tensor x);

    /** {@code dy · W}: {@code [T, out] -> [T, in]}. */
    Tensor multiplyBackward(Tensor outputGradient);

    /**
     * {@code x · Wᵀ + low · up}, of which the second product is an adapter's.
     *
     * @param low {@code [T, r]}
     * @param up {@code [r, out]}
     */
    default Tensor multiply(Tensor x, Tensor low, Tensor up) {
        return multiply(x).matmulInPlace(low, up, 1, 1);
    }

    /**
     * {@code dy · W + low · up}.
     *
     * @param low {@code [T, r]}
     * @param up {@code [r, in]}
     */
    default Tensor multiplyBackward(Tensor outputGradient, Tensor low, Tensor up) {
        return multiplyBackward(outputGradient).matmulInPlace(low, up, 1, 1);
    }

    /** The weight unpacked, as a new tensor of the given dtype. */
    Tensor dense(DType dtype);

    @Override
    void close();
}
