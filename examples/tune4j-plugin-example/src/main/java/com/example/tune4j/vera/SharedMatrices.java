package com.example.tune4j.vera;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/**
 * The random A {@code [r, widest in]} and B {@code [widest out, r]} that all projections share, each taking the part that fits
 * it (as peft's {@code vera} does). They are never trained; as parameters they keep a copy in the dtype of the computation.
 */
final class SharedMatrices implements AutoCloseable {
    static final String A = "base_model.vera_A";
    static final String B = "base_model.vera_B";

    final Parameter a;
    final Parameter b;

    SharedMatrices(VeraPlan plan, ArrayKernels kernels) {
        long rank = plan.options().rank();
        a = draw(A, kernels, plan.options(), rank, plan.widestIn());
        b = draw(B, kernels, plan.options(), plan.widestOut(), rank);
    }

    /** Kaiming's uniform distribution for relu: within the root of 6 over the number of inputs. */
    private static Parameter draw(String name, ArrayKernels kernels, VeraOptions options, long rows, long columns) {
        try (TensorScope scope = TensorScope.open()) {
            double bound = Math.sqrt(6.0 / columns);
            long seed = RandomKeys.derive(options.projectionKey(), name);
            Tensor drawn = Tensor.uniform(kernels, seed, DType.FLOAT32, rows, columns);
            return new Parameter(name, drawn.times(2 * bound).plus(-bound).cast(options.dtype()));
        }
    }

    /** A's part for a projection, {@code [r, in]}: a view, owned by the caller's scope. */
    Tensor a(long inFeatures, DType dtype) {
        return a.in(dtype).narrow(1, 0, inFeatures);
    }

    /** B's part for a projection, {@code [out, r]}: a view, owned by the caller's scope. */
    Tensor b(long outFeatures, DType dtype) {
        return b.in(dtype).narrow(0, 0, outFeatures);
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
