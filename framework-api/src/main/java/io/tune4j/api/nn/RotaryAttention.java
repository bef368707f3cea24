// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.apiguardian.api.API;

/** Rotary embedding and ragged causal attention over fused q, k, v rows. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RotaryAttention {
    private final Backend backend;
    private final AttentionShape shape;

    /** @param shape heads and their sizes */
    public RotaryAttention(Backend backend, AttentionShape shape) {
        this.backend = backend;
        this.shape = shape;
    }

    /**
     * Turns q and k in place; the backward turns the gradient back. Saves nothing but the angles, which all layers share.
     *
     * @param fused {@code [T, shape.fusedSize()]}, overwritten; nobody else may need its old content
     * @param cos {@code [T, half]}: the first {@code 2 * half} elements of each head turn; the caller keeps it on the tape
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
     * Each sequence attends to itself, causally. Saves the rotated rows, the output and the softmax statistics. Where sequences share
     * rows, they are laid out one by one for this; of the rows that several have, the first one's output is taken. Its result is
     * remembered in a layer that is computed again: as much as a layer's input, and a good part of the layer's time.
     *
     * @param fused {@code [T, shape.fusedSize()]}
     * @return {@code [T, shape.querySize()]}
     */
    public Tensor attend(Tensor fused, Pass pass) {
        SharedRows sharing = pass.layout().sharing();
        if (sharing == null) {
            return attend(fused, pass.layout(), pass);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor rowOf = Tensor.ofLongs(backend, sharing.rowOf());
            Tensor placeOf = Tensor.ofLongs(backend, sharing.placeOf());
            Tensor every = RowSelection.apply(fused, rowOf, pass);
            return scope.escape(RowSelection.apply(attend(every, sharing.unshared(), pass), placeOf, pass));
        }
    }

    /**
     * Each row attends to what its sequence has kept, and to the new rows up to its own. Records nothing.
     *
     * @param fused {@code [T, shape.fusedSize()]}
     * @param sequences where this layer keeps keys and values
     * @return {@code [T, shape.querySize()]}
     */
    public Tensor attend(Tensor fused, List<CachedSequence> sequences) {
        return backend.cachedAttention(fused, sequences, shape);
    }

    private Tensor attend(Tensor fused, SequenceLayout layout, Pass pass) {
        Attended attended = attended(fused, layout, pass.tape());
        if (pass.tape().tracks(fused)) {
            pass.tape()
                    .record(
                            attended.output(),
                            (dy, gradients) ->
                                    gradients.add(fused, backend.attentionBackward(dy, fused, attended, layout, shape)),
                            fused,
                            attended.output(),
                            attended.statistics());
        }
        return attended.output();
    }

    private Attended attended(Tensor fused, SequenceLayout layout, Tape tape) {
        Tensor output = tape.recall();
        Tensor statistics = tape.recall();
        if (output != null && statistics != null) {
            return new Attended(output, statistics);
        }
        Attended attended = backend.attention(fused, layout, shape);
        tape.remember(attended.output());
        tape.remember(attended.statistics());
        return attended;
    }
}
