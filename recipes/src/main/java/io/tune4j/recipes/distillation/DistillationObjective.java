// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.WeightedLoss;
import io.tune4j.recipes.training.Objective;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code (1 - ratio) * cross-entropy + ratio * divergence} of labelled tokens, as in torchtune: the teacher's forward is a pass without
 * a tape before the student's.
 */
public final class DistillationObjective implements Objective {
    /** Rows whose logits, of both models, exist at a time. */
    private static final long CHUNK_ROWS = 128;

    private final Backend backend;
    private final CausalLanguageModel teacher;
    private final ForwardDivergence divergence;
    private final Loss tokens;
    private final double ratio;
    private double classLoss;
    private double divergenceLoss;
    private double weight;

    /**
     * @param teacher frozen, with the student's vocabulary
     * @param tokens cross-entropy, which sums over rows
     * @param ratio share of the divergence, 0 to 1
     */
    public DistillationObjective(Backend backend, CausalLanguageModel teacher, Loss tokens, double ratio) {
        this.backend = backend;
        this.teacher = teacher;
        this.divergence = new ForwardDivergence(backend, teacher.outputHead(), CHUNK_ROWS);
        this.tokens = tokens;
        this.ratio = ratio;
    }

    @Override
    public Tensor sum(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
        Tensor taught = teacherStates(batch);
        Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
        Tensor byLabels = WeightedLoss.sum(tokens, backend, hidden, model.outputHead(), batch, pass);
        Tensor byTeacher = divergence.sum(hidden, model.outputHead(), taught, batch.weights(), pass);
        take(batch, byLabels, byTeacher);
        Tensor total = byLabels.cast(DType.FLOAT64)
                .times(1 - ratio)
                .plus(byTeacher.cast(DType.FLOAT64).times(ratio));
        if (pass.tape().isRecording()) {
            pass.tape().record(total, (dy, gradients) -> {
                gradients.add(byLabels, dy.times(1 - ratio).cast(byLabels.dtype()));
                gradients.add(byTeacher, dy.times(ratio).cast(byTeacher.dtype()));
            });
        }
        return total;
    }

    private Tensor teacherStates(RaggedBatch batch) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0);
            return scope.escape(teacher.hiddenStates(batch, batch.labelledRows(), pass, 0));
        }
    }

    private void take(RaggedBatch batch, Tensor byLabels, Tensor byTeacher) {
        classLoss += byLabels.item();
        divergenceLoss += byTeacher.item();
        weight += batch.totalWeight();
    }

    @Override
    public double weight(RaggedBatch batch) {
        return batch.totalWeight();
    }

    @Override
    public boolean isPerToken() {
        return false;
    }

    @Override
    public Map<String, Double> takeMetrics() {
        Map<String, Double> means = new LinkedHashMap<>();
        if (weight > 0) {
            means.put("class_loss", classLoss / weight);
            means.put("kd_loss", divergenceLoss / weight);
        }
        classLoss = 0;
        divergenceLoss = 0;
        weight = 0;
        return means;
    }
}
