// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.workers;

import io.tune4j.api.backend.Backend.Collective.Place;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * The store at the worker of rank 0, which all workers reach. It carries short messages, and the counters by which a worker that is slow
 * is told from one that is gone: whoever waits looks once a second whether those who are missing have counted on.
 */
final class WorkerStore implements AutoCloseable {
    private static final long LOOK_MILLIS = 1000;
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(5);

    /** The time that workers have to read why the run failed. */
    private static final Duration GOODBYE_AFTER_FAILURE = Duration.ofSeconds(3);

    private static final String PREFIX = "tune4j/";
    private static final String FAILED = PREFIX + "failed";
    private static final String LEFT = PREFIX + "left";
    private static final String SIZE = PREFIX + "size";
    private static final String PROCESS = PREFIX + "process/";

    private final Place place;
    private final TCPStore store;
    private final StoreCalls calls;
    private final long tickNanos;
    private long lastTick = System.nanoTime();
    private long round;
    private boolean hasLeft;
    private volatile boolean failed;
    private volatile boolean unreachable;

    private WorkerStore(Place place, TCPStore store) {
        this.place = place;
        this.store = store;
        this.calls = new StoreCalls("worker 0, at " + place.host() + ":" + place.port(), place.patience());
        this.tickNanos =
                Math.min(Duration.ofSeconds(1).toNanos(), place.patience().toNanos() / 4);
    }

    /**
     * Opens the store at rank 0, or reaches it.
     *
     * @throws ResourceException if the port is in use, or nobody answers there
     * @throws UserException if a worker was told another number of workers, or there are two of the same rank
     */
    static WorkerStore open(Place place) {
        WorkerStore opened = new WorkerStore(place, connect(place));
        boolean done = false;
        try {
            opened.orLost(() -> {
                opened.introduce();
                return true;
            });
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.failed = true;
                opened.close();
            }
        }
    }

    private static TCPStore connect(Place place) {
        try (TCPStoreOptions options = new TCPStoreOptions();
                Milliseconds patience = new Milliseconds(place.patience().toMillis())) {
            options.port((short) place.port())
                    .isServer(place.rank() == 0)
                    .waitWorkers(false)
                    .timeout(patience);
            return new TCPStore(place.host(), options);
        } catch (RuntimeException e) {
            String address = place.host() + ":" + place.port();
            if (place.rank() > 0) {
                throw new ResourceException(
                        "worker " + place.rank() + " found no worker of rank 0 at " + address + " within "
                                + place.patience().toSeconds()
                                + " s. Check that it runs, and that all workers have the same MASTER_ADDR and MASTER_PORT ("
                                + firstLine(e) + ")",
                        e);
            }
            String said = String.valueOf(e.getMessage());
            boolean inUse = said.contains("EADDRINUSE") || said.contains("in use");
            throw new ResourceException(
                    inUse
                            ? "port " + place.port() + " is in use, so the workers cannot meet at " + address
                                    + ": end the run that has it, or choose another port (--rdzv_endpoint HOST:PORT, or"
                                    + " MASTER_PORT)"
                            : "worker 0 cannot listen at " + address + ": " + firstLine(e),
                    e);
        }
    }

    private void introduce() {
        if (add(PREFIX + "joined/" + place.rank(), 1) > 1) {
            String twice = "there are two workers of rank " + place.rank() + " (RANK) at " + place.host() + ":"
                    + place.port() + "; give each worker a rank of its own, or each run a port of its own";
            fail(twice);
            throw new UserException(twice);
        }
        set(PROCESS + place.rank(), NodeProcess.current().getBytes(StandardCharsets.UTF_8));
        if (place.rank() == 0) {
            set(SIZE, Integer.toString(place.size()).getBytes(StandardCharsets.UTF_8));
            return;
        }
        await(List.of(SIZE), new int[] {0});
        String size = new String(get(SIZE), StandardCharsets.UTF_8);
        if (!size.equals(Integer.toString(place.size()))) {
            String other = "worker " + place.rank() + " was told that there are " + place.size()
                    + " workers (WORLD_SIZE), and worker 0 that there are " + size
                    + "; start all with the same --nnodes and --nproc_per_node";
            fail(other);
            throw new UserException(other);
        }
    }

    /** A part of the store for the keys of c10d. */
    Store forGroup() {
        return new PrefixStore("group", store);
    }

    /**
     * Gives every worker every worker's message. Rank 0 collects them and hands all of them out as one, so that the store has few
     * requests for each worker.
     */
    List<byte[]> exchange(byte[] own) {
        return orLost(() -> place.rank() == 0 ? handOut(own) : handIn(own));
    }

    private List<byte[]> handOut(byte[] own) {
        long now = round++;
        int[] others = IntStream.range(1, place.size()).toArray();
        await(Arrays.stream(others).mapToObj(rank -> key(now, rank)).toList(), others);
        List<byte[]> messages = new ArrayList<>(List.of(own));
        for (int rank : others) {
            messages.add(get(key(now, rank)));
        }
        set(all(now), Messages.join(messages));
        if (now > 0) {
            // Whoever sent this round's message had read the round before.
            delete(all(now - 1));
        }
        return messages;
    }

    private List<byte[]> handIn(byte[] own) {
        long now = round++;
        set(key(now, place.rank()), own);
        await(List.of(all(now)), new int[] {0});
        delete(key(now, place.rank()));
        return Messages.split(get(all(now)));
    }

    private static String key(long round, int rank) {
        return PREFIX + round + "/" + rank;
    }

    private static String all(long round) {
        return PREFIX + round + "/all";
    }

    private void set(String key, byte[] value) {
        calls.call(() -> {
            try (ByteVector bytes = new ByteVector(value)) {
                store.set(key, bytes);
            }
            return true;
        });
    }

    private byte[] get(String key) {
        return calls.call(() -> {
            try (ByteVector bytes = store.get(key)) {
                return bytes.get();
            }
        });
    }

    private long add(String key, long count) {
        return calls.call(() -> store.add(key, count));
    }

    private void delete(String key) {
        calls.call(() -> store.deleteKey(key));
    }

    /** Waits for keys, of each of which a worker is the maker. */
    private void await(List<String> keys, int[] makers) {
        long[] counts = new long[keys.size()];
        Arrays.fill(counts, -1);
        long[] heardAt = new long[keys.size()];
        Arrays.fill(heardAt, System.nanoTime());
        while (!areThere(keys)) {
            if (has(FAILED)) {
                failed = true;
                throw new ResourceException(new String(get(FAILED), StandardCharsets.UTF_8));
            }
            // Who waits for this worker, which waits for others, is to go on waiting.
            working();
            for (int i = 0; i < counts.length; i++) {
                if (!has(keys.get(i)) && NodeProcess.hasEnded(textOrEmpty(PROCESS + makers[i]))) {
                    throw lost("worker " + makers[i] + " has ended without a word, as by a kill");
                }
                long now = System.nanoTime();
                long count = has(keys.get(i)) ? Long.MAX_VALUE : add(ticks(makers[i]), 0);
                if (count != counts[i]) {
                    counts[i] = count;
                    heardAt[i] = now;
                } else if (count != Long.MAX_VALUE
                        && now - heardAt[i] > place.patience().toNanos()) {
                    throw lost("worker " + makers[i] + " has not been heard of for "
                            + place.patience().toSeconds() + " s (worker_timeout)");
                }
            }
        }
    }

    private String textOrEmpty(String key) {
        return has(key) ? new String(get(key), StandardCharsets.UTF_8) : "";
    }

    private static String ticks(int rank) {
        return PREFIX + "working/" + rank;
    }

    private boolean areThere(List<String> keys) {
        return calls.call(() -> areThereSoon(keys));
    }

    private boolean areThereSoon(List<String> keys) {
        try (StringVector wanted = new StringVector(keys.toArray(String[]::new));
                Milliseconds look = new Milliseconds(
                        Math.min(LOOK_MILLIS, Math.max(1, place.patience().toMillis() / 4)))) {
            store._wait(wanted, look);
            return true;
        } catch (RuntimeException e) {
            // Too early, or the store is gone, which the next call of it says.
            return false;
        }
    }

    private boolean has(String key) {
        return calls.call(() -> {
            try (StringVector wanted = new StringVector(key)) {
                return store.check(wanted);
            }
        });
    }

    /** Says that this worker computes, at most once in a while. */
    void working() {
        synchronized (this) {
            long now = System.nanoTime();
            if (unreachable || now - lastTick < tickNanos) {
                return;
            }
            lastTick = now;
        }
        calls.send(() -> {
            try {
                store.add(ticks(place.rank()), 1);
            } catch (RuntimeException e) {
                // Found again by the next exchange, which explains it.
                unreachable = true;
            }
        });
    }

    /** Leaves the reason of this worker's end for the others, if it is the first. */
    void fail(String reason) {
        failed = true;
        try {
            if (!unreachable && !has(FAILED)) {
                set(FAILED, reason.getBytes(StandardCharsets.UTF_8));
            }
        } catch (RuntimeException e) {
            // Then nobody is there to hear it.
            unreachable = true;
        }
    }

    /** Makes something of c10d's that uses the store. */
    <T> T made(Supplier<T> maker) {
        return orLost(() -> calls.call(maker));
    }

    /** Calls c10d, whose failures mean that a worker is gone. */
    <T> T orLost(Supplier<T> call) {
        try {
            return call.get();
        } catch (ResourceException | UserException e) {
            if (calls.isStuck()) {
                failed = true;
                unreachable = true;
            }
            throw e;
        } catch (RuntimeException e) {
            throw lost(reason(e), e);
        }
    }

    /** The failure that another worker named, if one did; else that the one with the store is gone. */
    private String reason(RuntimeException e) {
        try {
            if (has(FAILED)) {
                return new String(get(FAILED), StandardCharsets.UTF_8);
            }
            return "the exchange with the other workers broke off, as when one of them has ended: " + firstLine(e);
        } catch (RuntimeException alsoFailed) {
            unreachable = true;
            return "worker 0, at " + place.host() + ":" + place.port() + ", is gone";
        }
    }

    private ResourceException lost(String reason) {
        failed = true;
        return new ResourceException(reason);
    }

    private ResourceException lost(String reason, RuntimeException cause) {
        failed = true;
        return new ResourceException(reason, cause);
    }

    static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Says goodbye. Rank 0 leaves last, because the others may still be reading. */
    void leave() {
        if (hasLeft) {
            return;
        }
        hasLeft = true;
        try {
            if (!unreachable && place.rank() > 0) {
                add(LEFT, 1);
            }
            long end = System.nanoTime() + (failed ? GOODBYE_AFTER_FAILURE : LONGEST_GOODBYE).toNanos();
            while (!unreachable && place.rank() == 0 && add(LEFT, 0) < place.size() - 1 && System.nanoTime() < end) {
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            System.getLogger(WorkerStore.class.getName()).log(System.Logger.Level.DEBUG, "leaving", e);
        }
    }

    /** Whether a call did not return, so that nothing of c10d's can be freed. */
    boolean isStuck() {
        return calls.isStuck();
    }

    /** Frees the store; whatever was made of it is closed before. */
    @Override
    public void close() {
        leave();
        if (!isStuck()) {
            store.close();
        }
        calls.close();
    }
}
