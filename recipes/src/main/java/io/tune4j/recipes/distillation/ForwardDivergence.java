// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/**
 * The forward divergence of a student from its teacher without the teacher's entropy, which is a constant: {@code -sum_v t_v log s_v} for
 * each row, where t and s are the softmax of the two models' logits (Hinton et al. 2015, at temperature 1; torchtune's {@code
 * ForwardKLLoss}). Logits of both models exist for a few rows at a time, and are computed again in the backward. The gradient by the
 * student's logits is {@code s - t}.
 */
final class ForwardDivergence {
    /** Rows whose logits exist at a time. */
    private final long chunkRows;

    private final Backend backend;
    private final Linear teacherHead;

    ForwardDivergence(Backend backend, Linear teacherHead, long chunkRows) {
        this.backend = backend;
        this.teacherHead = teacherHead;
        this.chunkRows = chunkRows;
    }

    /**
     * Computes the weighted sum over rows.
     *
     * @param hidden {@code [N, D]} of the student
     * @param head of the student
     * @param teacherHidden {@code [N, E]} of the teacher, no part of the tape
     * @param weights {@code [N]} of the rows
     * @return a scalar of at least fp32
     */
    Tensor sum(Tensor hidden, Linear head, Tensor teacherHidden, float[] weights, Pass pass) {
        DType wide = hidden.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Tensor weightOfRows = Tensor.ofFloats(backend, DType.FLOAT32, weights, weights.length, 1)
                .cast(wide);
        Tensor sum = Tensor.zeros(backend, wide);
        for (long start = 0; start < hidden.size(0); start += chunkRows) {
            try (TensorScope scope = TensorScope.open();
                    Tape off = Tape.off()) {
                long count = Math.min(chunkRows, hidden.size(0) - start);
                Pass own = pass.withTape(off).withKey(start);
                Tensor logits = head.forward(hidden.rows(start, count), own).cast(wide);
                Tensor teacher = probabilities(teacherLogits(teacherHidden, start, count, wide, off, pass));
                // -sum t log s = log(sum exp l) - sum t l
                Tensor shifted = logits.minus(logits.max(-1));
                Tensor logSum = shifted.apply(UnaryFunction.EXP).sum(-1).apply(UnaryFunction.LOG);
                Tensor rows = logSum.minus(teacher.times(shifted).sum(-1));
                sum.addInPlace(rows.times(weightOfRows.rows(start, count)).sum(), 1);
            }
        }
        if (pass.tape().isRecording()) {
            pass.tape()
                    .record(
                            sum,
                            (dy, gradients) -> {
                                Tensor gradient = Tensor.zeros(backend, hidden.dtype(), hidden.shape());
                                for (long start = 0; start < hidden.size(0); start += chunkRows) {
                                    long count = Math.min(chunkRows, hidden.size(0) - start);
                                    Tensor factors =
                                            weightOfRows.rows(start, count).times(dy);
                                    chunk(hidden, head, teacherHidden, start, count, factors, pass, gradient);
                                }
                                gradients.add(hidden, gradient);
                            },
                            hidden,
                            teacherHidden,
                            weightOfRows);
        }
        return sum;
    }

    private void chunk(
            Tensor hidden,
            Linear head,
            Tensor teacherHidden,
            long start,
            long count,
            Tensor factors,
            Pass pass,
            Tensor hiddenGradient) {
        try (TensorScope scope = TensorScope.open();
                Tape off = Tape.off();
                Tape inner = Tape.recording()) {
            Tensor chunk = hidden.rows(start, count);
            inner.watch(chunk);
            Tensor logits = head.forward(chunk, pass.withTape(inner).withKey(start));
            DType wide = factors.dtype();
            Tensor difference = probabilities(logits.cast(wide))
                    .minus(probabilities(teacherLogits(teacherHidden, start, count, wide, off, pass)));
            inner.backward(logits, difference.timesInPlace(factors).cast(hidden.dtype()));
            Tensor gradient = inner.gradient(chunk);
            if (gradient != null) {
                hiddenGradient.rows(start, count).copyFrom(gradient);
            }
        }
    }

    private Tensor teacherLogits(Tensor teacherHidden, long start, long count, DType wide, Tape off, Pass pass) {
        return teacherHead
                .forward(teacherHidden.rows(start, count), new Pass(off, pass.layout(), false, 0))
                .cast(wide);
    }

    private static Tensor probabilities(Tensor logits) {
        Tensor exponents = logits.minus(logits.max(-1)).apply(UnaryFunction.EXP);
        return exponents.dividedBy(exponents.sum(-1));
    }
}
