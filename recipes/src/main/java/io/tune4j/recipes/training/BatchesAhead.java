// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.RaggedBatch;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The batches of each step, put together on a thread of their own while the step before is computed. */
public final class BatchesAhead implements AutoCloseable {
    /**
     * Samples that are computed together.
     *
     * @param first the number of its first micro-batch in the step
     */
    public record MicroBatch(int first, RaggedBatch batch) {}

    private final LongFunction<List<MicroBatch>> maker;
    private final long steps;
    private final BackgroundThread thread =
            new BackgroundThread("tune4j-batches", "putting the batches of a step together");

    private long ahead = -1;
    private @Nullable Future<List<MicroBatch>> next;

    /**
     * @param maker of a step's batches, a pure function of its number; called on another thread
     * @param steps in all; no batches are made after the last one
     */
    public BatchesAhead(LongFunction<List<MicroBatch>> maker, long steps) {
        this.maker = maker;
        this.steps = steps;
    }

    /**
     * From the samples of a data set.
     *
     * @param groups of each step
     * @param sharing the share of a batch's tokens that must be saved for samples to share rows
     */
    public static BatchesAhead of(
            TrainingData data, LongFunction<List<StepBatches.Group>> groups, long steps, double sharing) {
        return new BatchesAhead(
                step -> groups.apply(step).stream()
                        .map(group -> new MicroBatch(group.first(), data.batch(sharing, group.samples())))
                        .toList(),
                steps);
    }

    /** The batches of a step; those of the next are begun. */
    public List<MicroBatch> of(long step) {
        Future<List<MicroBatch>> wanted = step == ahead && next != null ? next : begin(step);
        List<MicroBatch> batches = thread.await(wanted);
        if (step + 1 < steps) {
            next = begin(step + 1);
            ahead = step + 1;
        }
        return batches;
    }

    private Future<List<MicroBatch>> begin(long step) {
        return thread.submit(() -> maker.apply(step));
    }

    /** Waits for what was begun: an interrupt would close the files of the data. */
    @Override
    public void close() {
        if (next != null) {
            next.cancel(false);
        }
        thread.close();
    }
}
