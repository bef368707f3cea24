// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Workers that are threads of one process: they meet in a table by the port of their place. */
final class MemoryCollective implements Collective {
    private static final Map<Integer, Hub> HUBS = new ConcurrentHashMap<>();

    private final Place place;
    private final Hub hub;

    private MemoryCollective(Place place, Hub hub) {
        this.place = place;
        this.hub = hub;
    }

    static Collective join(Place place) {
        return new MemoryCollective(place, HUBS.computeIfAbsent(place.port(), port -> new Hub(place.size())));
    }

    /** What the workers of a run share. */
    private static final class Hub {
        private final @Nullable Object[] given;
        private final AtomicLong[] signs;
        private int arrived;
        private int left;
        private long round;
        private List<Object> taken = List.of();
        private @Nullable String failure;

        Hub(int size) {
            given = new Object[size];
            signs = new AtomicLong[size];
            Arrays.setAll(signs, rank -> new AtomicLong());
        }

        /** Waits for what each worker gives. */
        synchronized List<Object> all(Place place, Object own) {
            given[place.rank()] = own;
            arrived++;
            if (arrived == given.length) {
                List<Object> objects = new ArrayList<>();
                for (int rank = 0; rank < given.length; rank++) {
                    objects.add(Objects.requireNonNull(given[rank]));
                    given[rank] = null;
                }
                taken = objects;
                arrived = 0;
                round++;
                notifyAll();
                return taken;
            }
            long before = round;
            long[] counts = counts();
            long[] heardAt = new long[counts.length];
            Arrays.fill(heardAt, System.nanoTime());
            while (round == before) {
                await(place, counts, heardAt);
            }
            return taken;
        }

        private long[] counts() {
            return Arrays.stream(signs).mapToLong(AtomicLong::get).toArray();
        }

        private void await(Place place, long[] counts, long[] heardAt) {
            if (failure != null) {
                throw new ResourceException(failure);
            }
            long now = System.nanoTime();
            for (int rank = 0; rank < given.length; rank++) {
                long count = signs[rank].get();
                if (count != counts[rank]) {
                    counts[rank] = count;
                    heardAt[rank] = now;
                } else if (given[rank] == null
                        && now - heardAt[rank] > place.patience().toNanos()) {
                    throw new ResourceException("worker " + rank + " has not been heard of for "
                            + place.patience().toSeconds() + " s (worker_timeout)");
                }
            }
            try {
                wait(Math.max(1, place.patience().toMillis() / 10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ResourceException("interrupted while waiting for other workers", e);
            }
        }
    }

    @Override
    public int rank() {
        return place.rank();
    }

    @Override
    public int size() {
        return place.size();
    }

    @Override
    public List<byte[]> exchange(byte[] own) {
        return hub.all(place, own.clone()).stream()
                .map(message -> ((byte[]) message).clone())
                .toList();
    }

    @Override
    public void distribute(Tensor sent, Tensor received, long[] lengths) {
        long part = sent.elementCount() / size();
        collect(sent, received, other -> other.narrow(0, rank() * part(other), part(other)), part);
    }

    private long part(Tensor other) {
        return other.elementCount() / size();
    }

    @Override
    public void gather(Tensor own, Tensor all) {
        collect(own, all, other -> other.narrow(0, 0, other.elementCount()), own.elementCount());
    }

    /** Copies a view of each worker's array, while all workers keep theirs as it is. */
    private void collect(Tensor own, Tensor into, UnaryOperator<Tensor> view, long length) {
        List<Object> arrays = hub.all(place, own);
        long offset = 0;
        for (Object array : arrays) {
            try (Tensor part = view.apply((Tensor) array);
                    Tensor target = into.narrow(0, offset, part.elementCount())) {
                target.copyFrom(part);
                offset += part.elementCount();
            }
        }
        if (offset != into.elementCount()) {
            throw new IllegalArgumentException("received " + offset + " elements, expected " + into.elementCount());
        }
        hub.all(place, length);
    }

    @Override
    public void working() {
        hub.signs[place.rank()].incrementAndGet();
    }

    @Override
    public void fail(String reason) {
        synchronized (hub) {
            hub.failure = "worker " + place.rank() + ": " + reason;
            hub.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (hub) {
            hub.left++;
            if (hub.left == size()) {
                HUBS.remove(place.port(), hub);
            }
        }
    }
}
