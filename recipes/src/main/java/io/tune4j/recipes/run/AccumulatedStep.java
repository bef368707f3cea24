// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.error.MemoryException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;
import java.util.List;

/** A step that sums the gradients of its micro-batches (gradient accumulation), clips the sum, and then updates the weights. */
public record AccumulatedStep(RunSession run, LossStep lossStep, Trained trained, Cancellation cancellation)
        implements StepLoop.Step {
    @Override
    public boolean make(long step, List<MicroBatch> batches) {
        if (!gradients(step, batches)) {
            return false;
        }
        trained.optimizer().step(run.pipeline().rateFactor(step));
        trained.clearGradients();
        run.pipeline().updated();
        return true;
    }

    /** Computes and clips the gradients. If memory runs out, the weights are still those of the step before, and are saved. */
    private boolean gradients(long step, List<MicroBatch> batches) {
        StepPipeline pipeline = run.pipeline();
        try (TensorScope scope = TensorScope.open()) {
            Tensor total = Tensor.zeros(lossStep.backend(), DType.FLOAT64);
            for (MicroBatch micro : batches) {
                if (cancellation.isRequested()) {
                    return false;
                }
                addGradients(run, lossStep, step, micro, total);
            }
            pipeline.note(lossStep.objective().takeMetrics());
            pipeline.clip(step, total, batches);
            return true;
        } catch (MemoryException e) {
            pipeline.saveBefore(step, e);
            throw e;
        }
    }

    /**
     * Forward, loss and backward of a micro-batch.
     *
     * @param total the micro-batch's sum of losses is added to it; a scalar of fp64 on the device
     */
    public static void addGradients(RunSession run, LossStep lossStep, long step, MicroBatch micro, Tensor total) {
        long key = RandomKeys.derive(RandomKeys.derive(run.start().seed(), step), micro.first());
        try (TensorScope scope = TensorScope.open()) {
            Tensor sum = lossStep.addGradients(micro.batch(), key);
            total.addInPlace(sum.cast(DType.FLOAT64), 1);
        }
        run.pipeline().computed(micro, lossStep.weight(micro.batch()));
    }
}
