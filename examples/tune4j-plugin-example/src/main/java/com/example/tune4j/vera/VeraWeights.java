package com.example.tune4j.vera;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/** The trained parameters of one projection: d {@code [r]}, and b {@code [out]}, which begins at zero so that nothing changes at first. */
final class VeraWeights implements AutoCloseable {
    final Projection projection;
    final Parameter d;
    final Parameter b;

    VeraWeights(Projection projection, VeraOptions options, ArrayKernels kernels) {
        this.projection = projection;
        this.d = new Parameter(
                projection.name() + ".vera_lambda_d",
                Tensor.full(kernels, options.dInitial(), options.dtype(), options.rank()));
        this.b = new Parameter(
                projection.name() + ".vera_lambda_b",
                Tensor.zeros(kernels, options.dtype(), projection.outFeatures()));
    }

    List<Parameter> parameters() {
        return List.of(d, b);
    }

    @Override
    public void close() {
        d.close();
        b.close();
    }
}
