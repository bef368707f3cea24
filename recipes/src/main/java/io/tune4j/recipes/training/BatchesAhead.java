package io.tune4j.recipes.training;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.error.InternalException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

    private final TrainingData data;
    private final LongFunction<List<StepBatches.Group>> groups;
    private final long steps;
    private final double sharing;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "tune4j-batches");
        made.setDaemon(true);
        return made;
    });

    private long ahead = -1;
    private @Nullable Future<List<MicroBatch>> next;

    /**
     * @param groups of each step, a pure function of its number
     * @param steps in all; no batches are made behind the last one
     * @param sharing the share of a batch's tokens that must be saved for samples to share rows
     */
    public BatchesAhead(TrainingData data, LongFunction<List<StepBatches.Group>> groups, long steps, double sharing) {
        this.data = data;
        this.groups = groups;
        this.steps = steps;
        this.sharing = sharing;
    }

    /** The batches of a step; those of the next are begun. */
    public List<MicroBatch> of(long step) {
        Future<List<MicroBatch>> wanted = step == ahead && next != null ? next : begin(step);
        List<MicroBatch> batches = await(wanted);
        if (step + 1 < steps) {
            next = begin(step + 1);
            ahead = step + 1;
        }
        return batches;
    }

    private Future<List<MicroBatch>> begin(long step) {
        return thread.submit(() -> groups.apply(step).stream()
                .map(group -> new MicroBatch(group.first(), data.batch(sharing, group.samples())))
                .toList());
    }

    private static List<MicroBatch> await(Future<List<MicroBatch>> batches) {
        try {
            return batches.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new InternalException("the batches of a step could not be put together", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InternalException("interrupted while the batches of a step were put together", e);
        }
    }

    /** Waits for what was begun: an interrupt would close the files of the data. */
    @Override
    public void close() {
        if (next != null) {
            next.cancel(false);
        }
        thread.shutdown();
        try {
            while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                // One step's batches: it will end.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
