// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics.mlflow;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends parcels in their order on a thread of its own. A parcel that cannot be delivered waits, with all after it, and is tried again; one
 * that the server refuses is given up.
 */
final class Delivery implements AutoCloseable {
    private static final long FIRST_WAIT = 500;
    private static final long LONGEST_WAIT = 30_000;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Thread thread;
    private long wait = FIRST_WAIT;
    private long tryAgainAt;
    private boolean closed;
    private boolean urgent;
    private long refused;
    private String lastFailure = "";

    /** Something to deliver. */
    @FunctionalInterface
    interface Parcel {
        void send() throws IOException, InterruptedException;
    }

    /** @param due when the parcel may be sent, as {@link System#currentTimeMillis} */
    private record Waiting(Parcel parcel, long due) {}

    Delivery(String name) {
        thread = new Thread(this::work, name);
        thread.setDaemon(true);
        thread.start();
    }

    void add(Parcel parcel) {
        add(parcel, 0);
    }

    /** Adds a parcel that is sent after {@code millis}, or at the end if that comes before. */
    synchronized void add(Parcel parcel, long millis) {
        waiting.add(new Waiting(parcel, System.currentTimeMillis() + millis));
        notifyAll();
    }

    private void work() {
        try {
            @Nullable Parcel next = next();
            while (next != null) {
                deliver(next);
                next = next();
            }
        } catch (InterruptedException e) {
            // Closed while it waited for the server.
            Thread.currentThread().interrupt();
        }
    }

    /** The first parcel, when it is time for it; null when there will be none. */
    private synchronized @Nullable Parcel next() throws InterruptedException {
        while (!closed) {
            Waiting first = waiting.peek();
            if (first == null) {
                wait();
                continue;
            }
            long left = left(first);
            if (left <= 0) {
                return first.parcel();
            }
            wait(left);
        }
        return null;
    }

    private long left(Waiting first) {
        long pause = urgent ? Math.min(wait, FIRST_WAIT) : wait;
        long again = tryAgainAt == 0 ? 0 : tryAgainAt + pause;
        return Math.max(again, urgent ? 0 : first.due()) - System.currentTimeMillis();
    }

    private void deliver(Parcel parcel) throws InterruptedException {
        try {
            parcel.send();
            delivered("");
        } catch (MlflowServer.RefusedException e) {
            delivered(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            failed(e);
        }
    }

    private synchronized void delivered(String refusal) {
        waiting.remove();
        wait = FIRST_WAIT;
        tryAgainAt = 0;
        if (!refusal.isEmpty()) {
            refused++;
            lastFailure = refusal;
        }
        notifyAll();
    }

    private synchronized void failed(IOException e) {
        lastFailure = String.valueOf(e.getMessage() == null ? e : e.getMessage());
        wait = tryAgainAt == 0 ? FIRST_WAIT : Math.min(LONGEST_WAIT, 2 * wait);
        tryAgainAt = System.currentTimeMillis();
    }

    /**
     * Waits until all is delivered, but not for ever.
     *
     * @return parcels that were not delivered
     */
    synchronized long drain(long millis) throws InterruptedException {
        urgent = true;
        notifyAll();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!waiting.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return waiting.size() + refused;
    }

    /** Why the newest parcel that failed did. */
    synchronized String lastFailure() {
        return lastFailure;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
