// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.WeightedLoss;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.recipes.training.LossStep;
import java.util.ArrayList;
import java.util.List;

/**
 * The losses and gradients of a micro-batch of several adapters at a time: their rows go through the frozen weights together, and each
 * gets the bits that it would get alone.
 *
 * @param model with all adapters
 * @param step how activations are kept
 */
public record JointStep(CausalLanguageModel model, Loss loss, LossStep step) {
    /**
     * The rows of one adapter.
     *
     * @param adapter its number in {@link AdapterRows}
     * @param randomKey of its micro-batch, for dropout
     */
    public record Part(int adapter, RaggedBatch batch, long randomKey) {}

    /**
     * Adds the gradients of each adapter's summed loss to its parameters.
     *
     * @param parts by ascending numbers
     * @return the sum of each adapter's losses: scalars of the current scope
     */
    public List<Tensor> addGradients(List<Part> parts) {
        RaggedBatch all = RaggedBatch.joined(parts.stream().map(Part::batch).toList());
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording(step.checkpointing(), step.store(), step.watch())) {
            Pass pass = new Pass(tape, all.layout(), true, 0, rows(parts));
            Tensor hidden = model.hiddenStates(all, all.labelledRows(), pass, step.checkpointedLayers());
            List<Tensor> own = divided(hidden, parts, pass);
            List<Tensor> sums = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                sums.add(WeightedLoss.sum(
                        loss,
                        step.backend(),
                        own.get(i),
                        AdapterSet.of(model.outputHead(), part.adapter),
                        part.batch,
                        pass.ofAdapter(part.adapter)));
            }
            tape.backward(sum(sums, pass));
            sums.forEach(scope::escape);
            return sums;
        }
    }

    private static AdapterRows rows(List<Part> parts) {
        long[] keys = new long[parts.get(parts.size() - 1).adapter + 1];
        int[] ofRows =
                new int[parts.stream().mapToInt(part -> part.batch.tokenCount()).sum()];
        int row = 0;
        for (Part part : parts) {
            keys[part.adapter] = part.randomKey;
            for (int i = 0; i < part.batch.tokenCount(); i++) {
                ofRows[row++] = part.adapter;
            }
        }
        return AdapterRows.of(ofRows).withRandomKeys(keys);
    }

    /** Each adapter's labelled rows; their gradients come together again in one array. */
    private static List<Tensor> divided(Tensor hidden, List<Part> parts, Pass pass) {
        if (parts.size() == 1) {
            return List.of(hidden);
        }
        boolean tracked = pass.tape().tracks(hidden);
        Tensor gradient = tracked ? Tensor.empty(hidden.kernels(), hidden.dtype(), hidden.shape()) : hidden;
        List<Tensor> own = new ArrayList<>();
        long start = 0;
        for (Part part : parts) {
            long first = start;
            long count = part.batch.trainedTokens();
            Tensor rows = hidden.rows(first, count);
            if (tracked) {
                // The backward visits the first part last, when all others have written theirs.
                pass.tape()
                        .record(
                                rows,
                                (dy, gradients) -> {
                                    gradient.rows(first, count).copyFrom(dy);
                                    if (first == 0) {
                                        gradients.add(hidden, gradient);
                                    }
                                },
                                gradient);
            }
            own.add(rows);
            start += count;
        }
        return own;
    }

    /** A scalar whose gradient is each sum's. */
    private static Tensor sum(List<Tensor> sums, Pass pass) {
        if (sums.size() == 1) {
            return sums.get(0);
        }
        Tensor total = sums.get(0).copy();
        for (Tensor sum : sums.subList(1, sums.size())) {
            total.addInPlace(sum, 1);
        }
        pass.tape().record(total, (dy, gradients) -> sums.forEach(sum -> gradients.add(sum, dy.copy())));
        return total;
    }
}
