// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.recipes.distributed.MicroBatchTree.Node;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * The gradients of a step that workers divide among them: each computes those of its micro-batches, and all get the same sum.
 *
 * @param team this worker and the others
 * @param lossStep says to the others that this worker computes
 * @param exchange of the gradients
 * @param seed of the run, for dropout
 * @param stops whether this worker was asked to stop
 */
record SharedStep(Team team, LossStep lossStep, GradientExchange exchange, long seed, BooleanSupplier stops) {
    static SharedStep of(Team team, LossStep lossStep, List<Parameter> parameters, long seed, BooleanSupplier stops) {
        return new SharedStep(
                team,
                lossStep.watchedBy(team.collective()::working),
                new GradientExchange(lossStep.backend(), parameters, team.collective()),
                seed,
                stops);
    }

    /**
     * Brings the parameters the sum of the gradients of all micro-batches.
     *
     * @param batches all of the step
     * @return the sum of their losses; empty if one of the workers stops, after which there are no gradients
     */
    OptionalDouble gradients(long step, List<MicroBatch> batches) {
        MicroBatchTree tree = new MicroBatchTree(batches.size());
        Shares shares = Shares.of(
                batches.stream().mapToLong(micro -> micro.batch().tokenCount()).toArray(), team.size());
        int first = shares.from(team.rank());
        double[] own = new double[shares.to(team.rank()) - first];
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> sums = new ArrayList<>();
            boolean stop = false;
            for (Node node : tree.within(first, first + own.length)) {
                stop = stop || stops.getAsBoolean();
                if (!stop) {
                    sums.add(MicroBatchTree.sum(
                            node, leaf -> gradient(step, batches.get(leaf), own, leaf - first), GradientExchange::add));
                }
            }
            double[] losses = team.losses(stop, own);
            if (losses.length == 0) {
                return OptionalDouble.empty();
            }
            exchange.give(exchange.sum(tree, shares, sums));
            double total = 0;
            for (double loss : losses) {
                total += loss;
            }
            return OptionalDouble.of(total);
        }
    }

    private Tensor gradient(long step, MicroBatch micro, double[] losses, int place) {
        long key = RandomKeys.derive(RandomKeys.derive(seed, step), micro.first());
        losses[place] = lossStep.withGradients(micro.batch(), key);
        return exchange.take();
    }

    /** Says that the run is over before its last step, while the others already compute the next one. */
    void stopOthers() {
        team.losses(true, new double[0]);
    }

    /** The divisor of the sum of losses. */
    static double weight(List<MicroBatch> batches) {
        double weight = 0;
        for (MicroBatch micro : batches) {
            weight += micro.batch().totalWeight();
        }
        return weight;
    }
}
