// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.nn.Dropout;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = f ∘ u + b} with {@code u = x·Wᵀ + s·(x·Aᵀ)·Bᵀ} and {@code f = m / ‖W + s·B·A‖} (Liu et al. 2024, eq. 5), as
 * one entry on the tape. The norm is a constant in the backward, as in the paper's section 4.3 and in peft.
 *
 * <p>Saves x, {@code s·x·Aᵀ [T, sum of ranks]} and, other than LoRA, the unscaled u, as large as y: m's gradient is
 * {@code colsum(dy ∘ u) / norm}, and neither y, which rotary embedding overwrites, nor a second product with W would be
 * a cheaper source of u.
 *
 * <p>With dropout peft lets the dropped input d through the base weight too and adds what the magnitude does not change
 * from the whole input: {@code y = x·Wᵀ + (f - 1) ∘ d·Wᵀ + f ∘ s·(d·Aᵀ)·Bᵀ + b}, which is
 * {@code f ∘ u(d) + (x - d)·Wᵀ + b}.
 */
final class DoraLinear implements Linear {
    private final FrozenLinear base;
    private final LowRankUpdate update;
    private final DoraScale scale;
    private final double dropout;

    /**
     * @param base taken over; the weights of {@code adapted} stay the adapter's. With dropout it must be of one projection,
     *     because each drops its own input.
     */
    DoraLinear(FrozenLinear base, List<LoraWeights> adapted, double dropout) {
        this.base = base;
        this.update = new LowRankUpdate(base.projections(), adapted);
        this.scale = new DoraScale(base, adapted);
        this.dropout = dropout;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor mask = mask(x, pass);
            Tensor d = mask == null ? x : x.times(mask);
            Unscaled unscaled = unscaled(d);
            Tensor y = unscaled.u.times(scale.factors());
            if (mask != null) {
                y.addInPlace(base.weight().multiply(x.minus(d)), 1);
            }
            Tensor bias = base.bias();
            if (bias != null) {
                y.addInPlace(bias, 1);
            }
            record(y, x, unscaled, pass);
            return scope.escape(y);
        }
    }

    /** Computes u, which the gradient of m is made of, but not y. */
    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor mask = mask(x, pass);
            record(result, x, unscaled(mask == null ? x : x.times(mask)), pass);
        }
    }

    /** {@code u = d·Wᵀ + low·Bᵀ} with {@code low = s·d·Aᵀ}. */
    private record Unscaled(Tensor u, Tensor low) {}

    private Unscaled unscaled(Tensor d) {
        Tensor low = update.down(d);
        return new Unscaled(update.multiply(base.weight(), d, low), low);
    }

    private void record(Tensor y, Tensor x, Unscaled unscaled, Pass pass) {
        Tensor u = unscaled.u;
        Tensor low = unscaled.low;
        pass.tape().record(y, (dy, gradients) -> backward(dy, x, low, u, pass, gradients), x, low, u);
    }

    /** With du = f ∘ dy: {@code dd = du·W + s·(du·B)·A}, and {@code dx = mask ∘ dd + (1 - mask) ∘ dy·W}. */
    private void backward(Tensor dy, Tensor x, Tensor low, Tensor u, Pass pass, Gradients gradients) {
        Tensor mask = mask(x, pass);
        scale.magnitudeGradients(dy, u);
        Tensor undropped = mask != null && gradients.wants(x) ? base.weight().multiplyBackward(dy) : null;
        Tensor du = dy.isExclusive() ? dy.timesInPlace(scale.factors()) : dy.times(scale.factors());
        Tensor lowGradient = update.parameterGradients(du, mask == null ? x : x.times(mask), low);
        if (gradients.wants(x)) {
            Tensor dx = update.multiplyBackward(base.weight(), du, lowGradient);
            if (mask != null && undropped != null) {
                dx.addInPlace(undropped, -1).timesInPlace(mask).addInPlace(undropped, 1);
            }
            gradients.add(x, dx);
        }
    }

    private @Nullable Tensor mask(Tensor x, Pass pass) {
        return dropout > 0 && pass.training() ? Dropout.mask(x, dropout, pass.seedFor(update.firstName())) : null;
    }

    @Override
    public FrozenLinear frozen() {
        return base;
    }

    @Override
    public void close() {
        scale.close();
        update.close();
        base.close();
    }
}
