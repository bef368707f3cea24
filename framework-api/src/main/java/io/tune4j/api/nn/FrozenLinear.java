// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** {@code y = x·Wᵀ + b} with nothing to train: {@code dx = dy·W}, and nothing saved. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FrozenLinear implements Linear {
    private final List<Projection> projections;
    private final FrozenWeight weight;
    private final @Nullable Tensor bias;

    /**
     * @param projections what it computes, in the order of the output's columns
     * @param weight all of them stacked: {@code [sum of out, in]}, taken over
     * @param bias {@code [sum of out]}, zero where a projection has none; taken over
     */
    public FrozenLinear(List<Projection> projections, FrozenWeight weight, @Nullable Tensor bias) {
        this.projections = List.copyOf(projections);
        this.weight = weight;
        this.bias = bias == null ? null : TensorScope.detach(bias);
    }

    /** The projections, in the order of their outputs in a row. */
    public List<Projection> projections() {
        return projections;
    }

    /** {@code [sum of out, in]}; closed with this. */
    public FrozenWeight weight() {
        return weight;
    }

    /** {@code [sum of out]} in the compute dtype, or null; closed with this. */
    public @Nullable Tensor bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = weight.multiply(x);
        if (bias != null) {
            y.addInPlace(bias, 1);
        }
        record(y, x, pass);
        return y;
    }

    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        record(result, x, pass);
    }

    private void record(Tensor y, Tensor x, Pass pass) {
        if (pass.tape().tracks(x)) {
            pass.tape().record(y, (dy, gradients) -> gradients.add(x, weight.multiplyBackward(dy)));
        }
    }

    @Override
    public FrozenLinear frozen() {
        return this;
    }

    @Override
    public void close() {
        weight.close();
        if (bias != null) {
            bias.close();
        }
    }
}
