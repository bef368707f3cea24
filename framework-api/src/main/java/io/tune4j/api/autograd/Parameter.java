// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor: a master value, usually fp32, with the sum of its gradients in the same dtype, and a copy in the
 * dtype of the computation that is made again when the value changed.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Parameter implements AutoCloseable {
    /** The role of a parameter within its adapter. */
    public enum Role {
        /** A low-rank factor that the layer's input goes through first: LoRA's A. */
        INPUT_FACTOR,
        /** A low-rank factor that makes the layer's output: LoRA's B. */
        OUTPUT_FACTOR,
        /** Anything else. */
        OTHER
    }

    private final String name;
    private final Role role;
    private final Tensor value;
    private @Nullable Tensor gradient;
    private @Nullable Tensor computeCopy;
    private boolean copyIsStale;
    private long version;

    /**
     * @param name unique within an adapter, e.g. {@code model.layers.0.self_attn.q_proj.lora_A}
     * @param value taken over; closed with the parameter
     */
    public Parameter(String name, Tensor value) {
        this(name, value, Role.OTHER);
    }

    /**
     * @param name unique within an adapter
     * @param value taken over; closed with the parameter
     * @param role for optimizers
     */
    public Parameter(String name, Tensor value, Role role) {
        this.name = name;
        this.role = role;
        this.value = TensorScope.detach(value);
    }

    /** Its name in adapter files and saved states. */
    public String name() {
        return name;
    }

    /** The role within its adapter. */
    public Role role() {
        return role;
    }

    /** The master value. Call {@link #changed} after writing to it. */
    public Tensor value() {
        return value;
    }

    /** The value in the dtype of a computation; the value itself where that is its dtype. */
    public Tensor in(DType dtype) {
        if (dtype == value.dtype()) {
            return value;
        }
        if (computeCopy == null || computeCopy.dtype() != dtype) {
            if (computeCopy != null) {
                computeCopy.close();
            }
            computeCopy = TensorScope.detach(value.cast(dtype));
        } else if (copyIsStale) {
            computeCopy.copyFrom(value);
        }
        copyIsStale = false;
        return computeCopy;
    }

    /** Says that the value was written to. */
    public void changed() {
        copyIsStale = true;
        version++;
    }

    /** Counts {@link #changed}, for those who keep something computed from the value. */
    public long version() {
        return version;
    }

    /** The sum of the gradients since {@link #clearGradient}, or null if there were none. */
    public @Nullable Tensor gradient() {
        return gradient;
    }

    /** Adds to the gradient; any floating dtype. */
    public void accumulate(Tensor addend) {
        if (gradient == null) {
            try (Tensor own = addend.cast(value.dtype())) {
                gradient = own.retain();
            }
        } else {
            gradient.addInPlace(addend, 1);
        }
    }

    /**
     * Adds to the gradient. The tensor is kept instead of copied where it is the first and has the value's dtype.
     *
     * @param addend a result that nobody else writes to
     */
    public void take(Tensor addend) {
        if (gradient == null && addend.dtype() == value.dtype()) {
            gradient = addend.retain();
        } else {
            accumulate(addend);
        }
    }

    /**
     * Adds to the gradient of some rows of a matrix.
     *
     * @param rows {@code [n]} int64, each of them once
     * @param addend {@code [n, D]}; any floating dtype
     */
    public void accumulateRows(Tensor rows, Tensor addend) {
        if (gradient == null) {
            try (Tensor zeros = Tensor.zeros(value.kernels(), value.dtype(), value.shape())) {
                gradient = zeros.retain();
            }
        }
        if (addend.dtype() == value.dtype()) {
            gradient.addRowsInPlace(rows, addend);
        } else {
            try (Tensor own = addend.cast(value.dtype())) {
                gradient.addRowsInPlace(rows, own);
            }
        }
    }

    /** Forgets the gradient. */
    public void clearGradient() {
        if (gradient != null) {
            gradient.release();
            gradient = null;
        }
    }

    @Override
    public void close() {
        clearGradient();
        if (computeCopy != null) {
            computeCopy.close();
            computeCopy = null;
        }
        value.close();
    }

    @Override
    public String toString() {
        return name + " " + value;
    }
}
