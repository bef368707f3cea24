package io.tune4j.api.nn;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.tensor.Tensor;

/** Rotary embedding and ragged causal attention over fused q, k, v rows. */
public final class RotaryAttention {
    private final Backend backend;
    private final AttentionShape shape;

    public RotaryAttention(Backend backend, AttentionShape shape) {
        this.backend = backend;
        this.shape = shape;
    }

    /**
     * Turns q and k in place; the backward turns the gradient back. Saves nothing but the angles, which all layers share.
     *
     * @param fused {@code [T, shape.fusedSize()]}, overwritten; nobody else may need its old content
     * @param cos {@code [T, headSize / 2]}; the caller keeps it on the tape
     * @param sin like {@code cos}
     */
    public Tensor rotateInPlace(Tensor fused, Tensor cos, Tensor sin, Pass pass) {
        backend.rotaryInPlace(fused, cos, sin, shape, false);
        if (pass.tape().tracks(fused)) {
            pass.tape().record(fused, (dy, gradients) -> {
                Tensor own = dy.isExclusive() ? dy : dy.copy();
                backend.rotaryInPlace(own, cos, sin, shape, true);
                gradients.add(fused, own);
            });
        }
        return fused;
    }

    /**
     * Each sequence attends to itself, causally. Saves the rotated rows, the output and the softmax statistics.
     *
     * @param fused {@code [T, shape.fusedSize()]}
     * @return {@code [T, shape.querySize()]}
     */
    public Tensor attend(Tensor fused, Pass pass) {
        Attended attended = backend.attention(fused, pass.layout(), shape);
        if (pass.tape().tracks(fused)) {
            pass.tape()
                    .record(
                            attended.output(),
                            (dy, gradients) -> gradients.add(
                                    fused, backend.attentionBackward(dy, fused, attended, pass.layout(), shape)),
                            fused,
                            attended.output(),
                            attended.statistics());
        }
        return attended.output();
    }
}
