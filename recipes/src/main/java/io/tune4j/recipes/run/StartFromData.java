// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.Adapter.DataStart;
import io.tune4j.recipes.training.BatchesAhead;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;

/**
 * Gives an adapter the forward passes that its first values are made of ({@link Adapter#dataStart}). The order of the data and all random
 * numbers of the steps stay as they are without it.
 *
 * @param sharing see {@link RunStart#batches}
 */
public record StartFromData(RunStart start, LossStep lossStep, double sharing) {
    /**
     * Makes the first values of a new run's adapter, if its method wants data for them.
     *
     * @return false if the run was cancelled, and the values are not made
     */
    public boolean run(Adapter adapter) {
        DataStart wanted = start.isNew() ? adapter.dataStart(start.host().console()::line) : null;
        if (wanted == null) {
            return true;
        }
        try (BatchesAhead batches = start.batches(sharing)) {
            for (long step = 0; step < start.steps().total() && wanted.wantsMore(); step++) {
                for (MicroBatch micro : batches.of(step)) {
                    if (start.host().cancellation().isRequested()) {
                        start.host().console().line("stopped before the first step; there is no state to go on from");
                        return false;
                    }
                    if (wanted.wantsMore()) {
                        wanted.next(micro.batch().labelledRows());
                        lossStep.withoutGradients(micro.batch());
                    }
                }
            }
        }
        wanted.finish();
        return true;
    }
}
