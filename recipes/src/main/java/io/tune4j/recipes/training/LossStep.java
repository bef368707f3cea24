// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a micro-batch, with or without its gradients.
 *
 * @param objective the number to make small
 * @param checkpointedLayers layers, from the first on, that are computed again in the backward instead of being kept
 * @param checkpointing what these keep
 * @param store where their inputs wait; null to keep them as they are
 * @param watch is called repeatedly and may stop the step by an exception; then only gradients remain
 */
public record LossStep(
        Backend backend,
        CausalLanguageModel model,
        Objective objective,
        int checkpointedLayers,
        Checkpointing checkpointing,
        @Nullable ActivationStore store,
        Runnable watch) {
    /** This step with something more to be called between the operations of forward and backward. */
    public LossStep watchedBy(Runnable more) {
        return new LossStep(backend, model, objective, checkpointedLayers, checkpointing, store, () -> {
            watch.run();
            more.run();
        });
    }

    /** A step as runs do it by default: activations stay in the device's memory, and nothing watches. */
    public LossStep(Backend backend, CausalLanguageModel model, Loss loss, int checkpointedLayers) {
        this(backend, model, loss, checkpointedLayers, Checkpointing.SELECTIVE, null, () -> {});
    }

    /** A step over the losses of labelled tokens. */
    public LossStep(
            Backend backend,
            CausalLanguageModel model,
            Loss loss,
            int checkpointedLayers,
            Checkpointing checkpointing,
            @Nullable ActivationStore store,
            Runnable watch) {
        this(backend, model, Objective.ofTokens(backend, loss), checkpointedLayers, checkpointing, store, watch);
    }

    /** The divisor of a micro-batch's sum. */
    public double weight(RaggedBatch batch) {
        return objective.weight(batch);
    }

    /**
     * Adds the gradients of the summed loss to the parameters.
     *
     * @param randomKey of this micro-batch, for dropout
     * @return the sum of the labelled tokens' losses, each times its weight
     */
    public double withGradients(RaggedBatch batch, long randomKey) {
        try (Tensor loss = addGradients(batch, randomKey)) {
            return loss.item();
        }
    }

    /** Adds the gradients like {@link #withGradients}, but leaves the loss on the device: a scalar of the current scope. */
    public Tensor addGradients(RaggedBatch batch, long randomKey) {
        return onTape(batch, randomKey).loss();
    }

    /** The most bytes of activations that the backward of a micro-batch needs at a time; adds its gradients too. */
    public long savedBytes(RaggedBatch batch) {
        Result result = onTape(batch, 0);
        result.loss.close();
        return result.savedBytes;
    }

    private record Result(Tensor loss, long savedBytes) {}

    private Result onTape(RaggedBatch batch, long randomKey) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording(checkpointing, store, watch)) {
            Tensor sum = sum(batch, new Pass(tape, batch.layout(), true, randomKey));
            tape.backward(sum);
            return new Result(scope.escape(sum), tape.mostSavedBytes());
        }
    }

    /** The sum of the labelled tokens' losses, each times its weight, without dropout. */
    public double withoutGradients(RaggedBatch batch) {
        watch.run();
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            return sum(batch, new Pass(tape, batch.layout(), false, 0)).item();
        }
    }

    private Tensor sum(RaggedBatch batch, Pass pass) {
        int checkpointed = pass.tape().isRecording() ? checkpointedLayers : 0;
        return objective.sum(model, batch, pass, checkpointed);
    }
}
