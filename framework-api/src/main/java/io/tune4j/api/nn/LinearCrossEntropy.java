// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.backend.SoftCap;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;

/**
 * The output projection and its cross-entropy in one, so that the logits of a batch never exist together. Where the
 * head is a plain matrix, frozen or trained, the gradients are made in the forward and are all that is saved. Another head
 * with something to train is computed again in the backward, chunk by chunk.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LinearCrossEntropy {
    private LinearCrossEntropy() {}

    /**
     * @param hidden {@code [N, D]}, the rows that carry loss
     * @param labels {@code [N]} int64
     * @param chunkRows rows whose logits exist at a time where the head is trained
     * @return the sum (not the mean) of the rows' losses, a scalar of at least fp32
     */
    public static Tensor apply(Backend backend, Tensor hidden, Linear head, Tensor labels, long chunkRows, Pass pass) {
        double softCap = head instanceof SoftCappedLinear capped ? capped.cap() : 0;
        Linear projection = head instanceof SoftCappedLinear capped ? capped.inner() : head;
        if (projection instanceof FrozenLinear frozen
                && frozen.bias() == null
                && frozen.weight() instanceof DenseWeight dense) {
            return frozenHead(backend, hidden, dense.weight(), softCap, labels, pass);
        }
        if (projection instanceof TrainableLinear trained
                && trained.bias() == null
                && pass.tape().isRecording()) {
            return trainedWeight(backend, hidden, trained, softCap, labels, chunkRows, pass);
        }
        return trainedHead(backend, hidden, head, labels, chunkRows, pass);
    }

    /** Both gradients are made in the forward, as for a frozen head: the logits are computed once. */
    private static Tensor trainedWeight(
            Backend backend,
            Tensor hidden,
            TrainableLinear head,
            double softCap,
            Tensor labels,
            long chunkRows,
            Pass pass) {
        StackedParameter parameter = head.weight();
        Tensor weight = parameter.in(hidden.dtype());
        Tensor loss = Tensor.zeros(backend, wide(hidden));
        Tensor hiddenGradient = Tensor.empty(backend, hidden.dtype(), hidden.shape());
        Tensor weightGradient = Tensor.empty(backend, weight.dtype(), weight.shape());
        for (long start = 0; start < hidden.size(0); start += chunkRows) {
            try (TensorScope scope = TensorScope.open()) {
                long count = Math.min(chunkRows, hidden.size(0) - start);
                Tensor rows = hidden.rows(start, count);
                Tensor logits = rows.matmul(weight.transposed()).cast(wide(hidden));
                Tensor capped = softCap == 0 ? logits : SoftCap.of(logits, softCap);
                Tensor slope = softCap == 0 ? null : SoftCap.slope(capped, softCap);
                loss.addInPlace(backend.crossEntropyInPlace(capped, labels.rows(start, count)), 1);
                Tensor gradient = (slope == null ? capped : capped.timesInPlace(slope)).cast(hidden.dtype());
                hiddenGradient.rows(start, count).copyFrom(gradient.matmul(weight));
                weightGradient.matmulInPlace(gradient.transposed(), rows, start == 0 ? 0 : 1, 1);
            }
        }
        pass.tape()
                .record(
                        loss,
                        (dy, gradients) -> {
                            gradients.add(hidden, hiddenGradient.times(dy.cast(hidden.dtype())));
                            parameter.accumulate(weightGradient.timesInPlace(dy.cast(weight.dtype())));
                        },
                        hiddenGradient,
                        weightGradient);
        return loss;
    }

    private static Tensor frozenHead(
            Backend backend, Tensor hidden, Tensor weight, double softCap, Tensor labels, Pass pass) {
        boolean tracked = pass.tape().tracks(hidden);
        LossAndGradient result = softCap == 0
                ? backend.linearCrossEntropy(hidden, weight, labels, tracked)
                : backend.cappedCrossEntropy(hidden, weight, labels, softCap, tracked);
        Tensor gradient = result.hiddenGradient();
        if (tracked && gradient != null) {
            pass.tape()
                    .record(
                            result.lossSum(),
                            (dy, gradients) -> gradients.add(hidden, gradient.times(dy.cast(gradient.dtype()))),
                            gradient);
        }
        return result.lossSum();
    }

    private static Tensor trainedHead(
            Backend backend, Tensor hidden, Linear head, Tensor labels, long chunkRows, Pass pass) {
        long rows = hidden.size(0);
        Tensor loss = Tensor.zeros(backend, wide(hidden));
        for (long start = 0; start < rows; start += chunkRows) {
            try (TensorScope scope = TensorScope.open();
                    Tape off = Tape.off()) {
                long count = Math.min(chunkRows, rows - start);
                Tensor logits = head.forward(hidden.rows(start, count), chunkPass(pass, off, start))
                        .cast(wide(hidden));
                loss.addInPlace(backend.crossEntropyInPlace(logits, labels.rows(start, count)), 1);
            }
        }
        if (pass.tape().isRecording()) {
            pass.tape()
                    .record(
                            loss,
                            (dy, gradients) -> {
                                Tensor gradient = Tensor.zeros(backend, hidden.dtype(), hidden.shape());
                                for (long start = 0; start < rows; start += chunkRows) {
                                    long count = Math.min(chunkRows, rows - start);
                                    chunkBackward(backend, hidden, head, labels, start, count, pass, dy, gradient);
                                }
                                gradients.add(hidden, gradient);
                            },
                            hidden,
                            labels);
        }
        return loss;
    }

    private static void chunkBackward(
            Backend backend,
            Tensor hidden,
            Linear head,
            Tensor labels,
            long start,
            long count,
            Pass pass,
            Tensor lossGradient,
            Tensor hiddenGradient) {
        try (TensorScope scope = TensorScope.open();
                Tape inner = Tape.recording()) {
            Tensor chunk = hidden.rows(start, count);
            inner.watch(chunk);
            Tensor logits = head.forward(chunk, chunkPass(pass, inner, start));
            Tensor logitsGradient = logits.cast(wide(hidden));
            backend.crossEntropyInPlace(logitsGradient, labels.rows(start, count));
            logitsGradient.timesInPlace(lossGradient);
            inner.backward(logits, logitsGradient.cast(hidden.dtype()));
            Tensor gradient = inner.gradient(chunk);
            if (gradient != null) {
                hiddenGradient.rows(start, count).copyFrom(gradient);
            }
        }
    }

    private static Pass chunkPass(Pass pass, Tape tape, long start) {
        return pass.withTape(tape).withKey(start);
    }

    private static DType wide(Tensor hidden) {
        return hidden.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }
}
