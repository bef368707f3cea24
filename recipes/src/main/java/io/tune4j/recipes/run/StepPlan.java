// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.error.UserException;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.StepOptions;

/**
 * The number of optimizer steps of a run. Steps count from 0.
 *
 * @param perEpoch steps of an epoch
 * @param total steps of the run
 * @param unused samples left at an epoch's end, too few for a step
 */
public record StepPlan(int perEpoch, long total, int unused) {
    /**
     * Counts the steps.
     *
     * @param batches micro-batches of an epoch
     * @throws UserException if the data do not fill one step
     */
    public static StepPlan of(BatchOptions batching, StepOptions length, int samples, int batches) {
        int whole = batches / batching.accumulation();
        if (whole == 0) {
            throw new UserException("one step takes " + batching.perStep()
                    + (batching.maxTokens() == null
                            ? " = " + (long) batching.size() * batching.accumulation()
                                    + " records, but the data set has " + samples
                            : ", but the data set fills " + batches + (batches == 1 ? " such batch" : " such batches"))
                    + ": lower one of the two");
        }
        int perEpoch = whole;
        int unused = batching.maxTokens() == null ? samples - whole * batching.accumulation() * batching.size() : 0;
        Integer limit = length.maxStepsPerEpoch();
        if (limit != null && limit < perEpoch) {
            perEpoch = limit;
            unused = 0;
        }
        long total = (long) perEpoch * length.epochs();
        Integer all = length.maxSteps();
        return new StepPlan(perEpoch, all == null ? total : Math.min(total, all), unused);
    }

    public int epochOf(long step) {
        return (int) (step / perEpoch);
    }

    public int stepInEpoch(long step) {
        return (int) (step % perEpoch);
    }

    public String describe() {
        long epochs = (total + perEpoch - 1) / perEpoch;
        String text = total + (total == 1 ? " step in " : " steps in ") + epochs + (epochs == 1 ? " epoch" : " epochs");
        return unused == 0 ? text : text + " (" + unused + " records of each epoch fill no step and wait for the next)";
    }
}
