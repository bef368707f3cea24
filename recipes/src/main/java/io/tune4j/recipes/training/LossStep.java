package io.tune4j.recipes.training;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;

/**
 * The loss of a micro-batch, with or without its gradients.
 *
 * @param checkpointedLayers layers that are computed again in the backward instead of being kept
 */
public record LossStep(Backend backend, CausalLanguageModel model, Loss loss, int checkpointedLayers) {
    /**
     * Adds the gradients of the summed loss to the parameters.
     *
     * @param randomKey of this micro-batch, for dropout
     * @return the sum of the labelled tokens' losses
     */
    public double withGradients(RaggedBatch batch, long randomKey) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording()) {
            Tensor sum = sum(batch, new Pass(tape, batch.layout(), true, randomKey));
            tape.backward(sum);
            return sum.item();
        }
    }

    /** The sum of the labelled tokens' losses, without dropout. */
    public double withoutGradients(RaggedBatch batch) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            return sum(batch, new Pass(tape, batch.layout(), false, 0)).item();
        }
    }

    private Tensor sum(RaggedBatch batch, Pass pass) {
        int checkpointed = pass.tape().isRecording() ? checkpointedLayers : 0;
        Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointed);
        return loss.sum(backend, hidden, model.outputHead(), Tensor.ofLongs(backend, batch.labels()), pass);
    }
}
