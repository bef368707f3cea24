// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A training curve of several workers, without the rest of a run. */
public final class SharedCurve {
    private SharedCurve() {}

    /**
     * Trains as one of the workers.
     *
     * @param batches the micro-batches of a step
     * @return the losses of the steps
     */
    public static List<Double> losses(
            Place place,
            LossStep lossStep,
            List<Parameter> parameters,
            Optimizer optimizer,
            int steps,
            IntFunction<List<RaggedBatch>> batches) {
        Backend backend = lossStep.backend();
        List<Double> losses = new ArrayList<>();
        try (Team team = Team.join(backend, new Workers(place, place.rank(), null))) {
            SharedStep shared = SharedStep.of(team, lossStep, parameters, 0, () -> false);
            for (int step = 0; step < steps; step++) {
                List<MicroBatch> micro = new ArrayList<>();
                for (RaggedBatch batch : batches.apply(step)) {
                    micro.add(new MicroBatch(micro.size(), batch));
                }
                double weight = SharedStep.weight(micro);
                losses.add(shared.gradients(step, micro).orElseThrow() / weight);
                GradientNorm.scale(backend, parameters, 1 / weight);
                optimizer.step(1);
                parameters.forEach(Parameter::clearGradient);
            }
        }
        return losses;
    }
}
