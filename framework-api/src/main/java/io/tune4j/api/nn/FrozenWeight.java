// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A weight {@code W [out, in]} that is not trained, in any storage format. A format that must unpack does so in
 * workspaces, once per use; neither the tape nor the caller's scope ever keeps an unpacked weight.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FrozenWeight extends AutoCloseable {
    /** The number of outputs. */
    long outFeatures();

    /** The number of inputs. */
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

    /**
     * {@code x · Wᵀ}, and for each group of rows {@code + low · up}: several adapters'. Each group's result has the bits that the other
     * methods give for its rows alone. A format overrides this to multiply, and to unpack, once for all groups.
     *
     * @param updates all rows of x, in order
     */
    default Tensor multiply(Tensor x, List<Tensor.RowUpdate> updates) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> parts = new ArrayList<>();
            for (Tensor.RowUpdate update : updates) {
                Tensor rows = x.rows(update.start(), update.count());
                parts.add(
                        update.low() == null || update.up() == null
                                ? multiply(rows)
                                : multiply(rows, update.low(), update.up()));
            }
            return scope.escape(Tensor.concatenate(0, parts));
        }
    }

    /**
     * {@code dy · W}, and for each group of rows {@code + low · up}, like {@link #multiply(Tensor, List)}.
     *
     * @param updates all rows of the gradient, in order
     */
    default Tensor multiplyBackward(Tensor outputGradient, List<Tensor.RowUpdate> updates) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> parts = new ArrayList<>();
            for (Tensor.RowUpdate update : updates) {
                Tensor rows = outputGradient.rows(update.start(), update.count());
                parts.add(
                        update.low() == null || update.up() == null
                                ? multiplyBackward(rows)
                                : multiplyBackward(rows, update.low(), update.up()));
            }
            return scope.escape(Tensor.concatenate(0, parts));
        }
    }

    /** The weight unpacked, as a new tensor of the given dtype. */
    Tensor dense(DType dtype);

    @Override
    void close();
}
