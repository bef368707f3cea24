// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The faults that a {@link LocalHub} simulates; none by default. Thread-safe. */
public final class HubFaults {
    private final Deque<Integer> statuses = new ArrayDeque<>();
    private final AtomicInteger drops = new AtomicInteger();
    private final Map<String, Integer> corrupted = new ConcurrentHashMap<>();
    private volatile int corruptions;
    private volatile int pageSize = 1000;
    private volatile boolean ignoreRanges;
    private volatile long pauseMillis;
    private volatile String retryAfter = "";
    private volatile String location = "";

    /** The next requests to the hub get these answers. */
    public synchronized HubFaults answer(int... status) {
        for (int each : status) {
            statuses.add(each);
        }
        return this;
    }

    /** Sets the Retry-After header of the answers of {@link #answer}. */
    public HubFaults retryAfter(String header) {
        retryAfter = header;
        return this;
    }

    /** Sets the Location header of the answers of {@link #answer} that are redirects. */
    public HubFaults location(String header) {
        location = header;
        return this;
    }

    /** The next so many files break off somewhere in the middle. */
    public HubFaults drop(int times) {
        drops.set(times);
        return this;
    }

    /** The first so many answers with a file's content have a wrong byte, of each file: which of several comes first is not known. */
    public HubFaults corrupt(int times) {
        corrupted.clear();
        corruptions = times;
        return this;
    }

    /** Ranges are answered with the whole file. */
    public HubFaults ignoreRanges() {
        ignoreRanges = true;
        return this;
    }

    /** Waits after each 32 KiB. */
    public HubFaults slow(long millis) {
        pauseMillis = millis;
        return this;
    }

    /** Files on a page of a listing. */
    public HubFaults pages(int size) {
        pageSize = size;
        return this;
    }

    synchronized @Nullable Integer nextStatus() {
        return statuses.poll();
    }

    Optional<String> retryAfter() {
        return retryAfter.isEmpty() ? Optional.empty() : Optional.of(retryAfter);
    }

    Optional<String> location() {
        return location.isEmpty() ? Optional.empty() : Optional.of(location);
    }

    int pageSize() {
        return pageSize;
    }

    boolean ignoresRanges() {
        return ignoreRanges;
    }

    int dropAfter(String name, int length, Random random) {
        boolean drop = length > 0 && drops.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        return drop ? random.nextInt(length) : Integer.MAX_VALUE;
    }

    byte[] corrupt(String name, byte[] bytes) {
        if (bytes.length == 0 || corrupted.merge(name, 1, Integer::sum) > corruptions) {
            return bytes;
        }
        byte[] wrong = bytes.clone();
        for (int i = 0; i < wrong.length; i += 1 << 20) {
            wrong[i] ^= 1;
        }
        return wrong;
    }

    void slowDown() {
        if (pauseMillis > 0) {
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
