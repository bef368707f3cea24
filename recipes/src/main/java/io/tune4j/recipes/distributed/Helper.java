// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.BatchesAhead;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.util.List;

/**
 * A worker other than the first: it computes its share of each step, makes the same updates, and writes nothing. It does not validate,
 * so it is ahead of the first one and waits there.
 */
record Helper(RunStart start, Trained trained, Updates updates, SharedStep shared, BatchesAhead batches) {
    /** Helps until the last step, or until one of the workers stops. */
    Outcome run() {
        long total = start.steps().total();
        for (long step = start.resume().step(); step < total; step++) {
            List<MicroBatch> own = batches.of(step);
            start.base().requireMappedUnchanged();
            if (shared.gradients(step, own).isEmpty()) {
                return shared.stops().getAsBoolean() ? Outcome.CANCELLED : Outcome.COMPLETED;
            }
            clip(SharedStep.weight(own));
            trained.optimizer().step(updates.schedule().factor(step, total));
            trained.clearGradients();
        }
        return Outcome.COMPLETED;
    }

    /** Does with the sum what the first worker's pipeline does, which says so if a number is not finite. */
    private void clip(double weight) {
        Backend backend = trained.backend();
        List<Parameter> parameters = trained.parameters();
        try (TensorScope scope = TensorScope.open()) {
            GradientNorm.scale(backend, parameters, 1.0 / weight);
            Tensor squares = GradientNorm.squares(backend, parameters);
            if (backend.computesAhead()) {
                GradientNorm.clip(backend, parameters, squares, updates.clipGradNorm());
            } else {
                GradientNorm.clip(backend, parameters, Math.sqrt(squares.item()), updates.clipGradNorm());
            }
        }
    }
}
