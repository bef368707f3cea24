// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Residual;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.RotaryAttention;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A layer's attention from its input to the sum with it. */
final class AttentionPart implements AutoCloseable {
    private final @Nullable RmsNorm norm;
    private final Linear queryKeyValue;
    private final @Nullable HeadNorms headNorms;
    private final RotaryAttention attention;
    private final Linear output;
    private final @Nullable RmsNorm outputNorm;
    private final double residual;

    AttentionPart(DecoderConfig config, LayerNames names, NormWeights norms, LinearFactory linears) {
        DecoderSizes sizes = config.sizes();
        AttentionStyle style = config.attention();
        AttentionShape shape = new AttentionShape(
                sizes.heads(),
                sizes.keyValueHeads(),
                sizes.headSize(),
                window(config, names.index()),
                style.scaleFor(sizes.headSize()),
                style.softCap());
        this.norm = config.norms().placement().isBefore() ? norms.norm(names.attentionNorm()) : null;
        this.queryKeyValue = linears.create(names.queryKeyValue());
        this.headNorms = style.headNorms() == AttentionStyle.HeadNormKind.NONE
                ? null
                : new HeadNorms(
                        norms.backend(),
                        shape,
                        norms.load(names.queryNorm()),
                        norms.load(names.keyNorm()),
                        norms.style().epsilon());
        this.attention = new RotaryAttention(norms.backend(), shape);
        this.output = linears.create(names.output());
        this.outputNorm = config.norms().placement().isAfter() ? norms.norm(names.attendedNorm()) : null;
        this.residual = config.embeddings().residual();
    }

    /** 0 for a window that no sequence of the model is longer than. */
    private static int window(DecoderConfig config, int index) {
        int window = config.kinds().get(index).window();
        return window >= config.sizes().maxSequenceLength() ? 0 : window;
    }

    /**
     * {@code [T, D] -> [T, heads * headSize]}.
     *
     * @param cached where keys and values are kept; null where sequences see their rows of the batch alone
     */
    Tensor attend(Tensor x, @Nullable Angles angles, @Nullable List<CachedSequence> cached, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = queryKeyValue.forward(norm == null ? x : norm.forward(x, pass), pass);
            if (headNorms != null) {
                headNorms.applyInPlace(fused, pass);
            }
            if (angles != null) {
                attention.rotateInPlace(fused, angles.cos(), angles.sin(), pass);
            }
            return scope.escape(cached == null ? attention.attend(fused, pass) : attention.attend(fused, cached));
        }
    }

    /**
     * {@code own + output(attended)}. In a layer that is computed again the sum is remembered or, with a norm of the output, what
     * that reads: both are as small as the layer's input.
     */
    Tensor project(Tensor attended, Tensor own, Pass pass) {
        Tensor known = pass.tape().recall();
        if (known != null) {
            output.replay(attended, known, pass);
        }
        if (outputNorm != null) {
            Tensor projected = known != null ? known : pass.tape().remember(output.forward(attended, pass));
            Tensor normed = outputNorm.forward(projected, pass);
            return Residual.addInPlace(Scaling.applyInPlace(normed, residual, pass), own, pass);
        }
        if (known != null) {
            return Residual.replayInPlace(Scaling.replayInPlace(known, residual, pass), own, pass);
        }
        Tensor projected = Scaling.applyInPlace(output.forward(attended, pass), residual, pass);
        return pass.tape().remember(Residual.addInPlace(projected, own, pass));
    }

    @Override
    public void close() {
        if (norm != null) {
            norm.close();
        }
        queryKeyValue.close();
        if (headNorms != null) {
            headNorms.close();
        }
        output.close();
        if (outputNorm != null) {
            outputNorm.close();
        }
    }
}
