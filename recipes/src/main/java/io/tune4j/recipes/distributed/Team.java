// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.error.UserException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The workers of a run, as one of them sees them. All of them take the same steps; what the first one decides, the others are told.
 *
 * @param collective reaches the others
 * @param ticker says that this worker computes while it does something long that does not say so itself
 */
record Team(Collective collective, ScheduledExecutorService ticker) implements AutoCloseable {
    private static final long TICK_MILLIS = 250;
    private static final int SHOWN = 10;

    /** What a worker says when its gradients of a step are there. */
    private enum Word {
        COMPUTED,
        STOP
    }

    /** Meets the other workers. */
    static Team join(Backend backend, Workers workers) {
        return new Team(backend.collective(workers.place()), Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "tune4j-worker-is-alive");
            thread.setDaemon(true);
            return thread;
        }));
    }

    int rank() {
        return collective.rank();
    }

    int size() {
        return collective.size();
    }

    /** Does something long. A process that is stopped or dead is missed nevertheless, and one that only waits is not. */
    <T> T busy(Supplier<T> work) {
        ScheduledFuture<?> ticks =
                ticker.scheduleWithFixedDelay(collective::working, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        try {
            return work.get();
        } finally {
            ticks.cancel(false);
        }
    }

    /** Does something long, like {@link #busy}. */
    void whileBusy(Runnable work) {
        busy(() -> {
            work.run();
            return true;
        });
    }

    /** Waits until all workers are here. */
    void meet() {
        collective.exchange(new byte[0]);
    }

    /** Takes the first worker's text; the others' is not read. */
    String told(String own) {
        return text(collective.exchange(own.getBytes(StandardCharsets.UTF_8)).get(0));
    }

    /** All workers' texts in the order of ranks. */
    List<String> all(String own) {
        return collective.exchange(own.getBytes(StandardCharsets.UTF_8)).stream()
                .map(Team::text)
                .toList();
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }

    /**
     * Makes sure that all workers run the same thing.
     *
     * @param facts of this worker, one a line: {@code name: value}
     * @throws UserException on each worker, with what differs
     */
    void agree(List<String> facts) {
        List<String> all = all(String.join("\n", facts));
        List<String> differences = new ArrayList<>();
        for (int rank = 1; rank < all.size(); rank++) {
            List<String> first = all.get(0).lines().toList();
            List<String> other = all.get(rank).lines().toList();
            for (int i = 0; i < Math.max(first.size(), other.size()); i++) {
                String expected = i < first.size() ? first.get(i).strip() : "nothing";
                String found = i < other.size() ? other.get(i).strip() : "nothing";
                if (!expected.equals(found)) {
                    differences.add("worker " + rank + " has '" + found + "', worker 0 has '" + expected + "'");
                    if (first.size() != other.size()) {
                        break;
                    }
                }
            }
        }
        if (!differences.isEmpty()) {
            throw new UserException("the workers do not run the same thing:\n  "
                    + String.join("\n  ", differences.subList(0, Math.min(SHOWN, differences.size())))
                    + "\nStart all of them with the same version, config, model and data.");
        }
    }

    /**
     * Tells the others that this worker has the gradients of a step, or that the run is to stop, and hears them.
     *
     * @param stop whether this worker wants to stop
     * @param own losses of its micro-batches
     * @return the losses of all micro-batches in their order; empty if one of the workers wants to stop
     */
    double[] losses(boolean stop, double[] own) {
        ByteBuffer message = ByteBuffer.allocate(1 + own.length * Double.BYTES);
        message.put((byte) (stop ? Word.STOP : Word.COMPUTED).ordinal());
        for (double loss : own) {
            message.putDouble(loss);
        }
        List<byte[]> heard = collective.exchange(message.array());
        if (heard.stream().anyMatch(each -> each[0] == Word.STOP.ordinal())) {
            return new double[0];
        }
        return heard.stream()
                .map(ByteBuffer::wrap)
                .flatMapToDouble(each -> {
                    each.get();
                    double[] losses = new double[each.remaining() / Double.BYTES];
                    each.asDoubleBuffer().get(losses);
                    return Arrays.stream(losses);
                })
                .toArray();
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        collective.close();
    }
}
