// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Residual;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.SwiGlu;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/** A layer's gated MLP from its input to the sum with it. */
final class MlpPart implements AutoCloseable {
    private final Backend backend;
    private final MlpStyle.Activation activation;
    private final @Nullable RmsNorm norm;
    private final Linear gateUp;
    private final Linear down;
    private final @Nullable RmsNorm outputNorm;
    private final double residual;

    MlpPart(DecoderConfig config, LayerNames names, NormWeights norms, LinearFactory linears) {
        this.backend = norms.backend();
        this.activation = config.mlp().activation();
        this.norm = config.norms().placement().isBefore() ? norms.norm(names.mlpNorm()) : null;
        this.gateUp = linears.create(names.gateUp());
        this.down = linears.create(names.down());
        this.outputNorm = config.norms().placement().isAfter() ? norms.norm(names.mlpOutputNorm()) : null;
        this.residual = config.embeddings().residual();
    }

    /** {@code h + mlp(h)}; in a layer that is computed again not its values, which nobody reads. */
    Tensor addTo(Tensor h, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = gateUp.forward(norm == null ? h : norm.forward(h, pass), pass);
            Tensor product = activation == MlpStyle.Activation.SILU
                    ? SwiGlu.apply(backend, fused, pass)
                    : GeGlu.apply(backend, fused, pass);
            if (outputNorm != null) {
                // The norm's backward reads what it normed, so that is computed again too.
                Tensor normed = outputNorm.forward(down.forward(product, pass), pass);
                return scope.escape(sum(Scaling.applyInPlace(normed, residual, pass), h, pass));
            }
            if (pass.isReplay()) {
                Tensor unread = Tensor.empty(backend, h.dtype(), h.shape());
                down.replay(product, unread, pass);
                return scope.escape(sum(Scaling.replayInPlace(unread, residual, pass), h, pass));
            }
            return scope.escape(sum(Scaling.applyInPlace(down.forward(product, pass), residual, pass), h, pass));
        }
    }

    private static Tensor sum(Tensor y, Tensor h, Pass pass) {
        return pass.isReplay() ? Residual.replayInPlace(y, h, pass) : Residual.addInPlace(y, h, pass);
    }

    @Override
    public void close() {
        if (norm != null) {
            norm.close();
        }
        gateUp.close();
        down.close();
        if (outputNorm != null) {
            outputNorm.close();
        }
    }
}
