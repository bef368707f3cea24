// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.backend.host.ProcessMemory.Resident;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.io.Sizes;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks at what the process takes while it computes, some tens of times a second at most, and stops it above the limit: from within,
 * so that what it holds is freed and the last step's weights can be saved. File-backed pages do not count, since the kernel takes them
 * back when it needs them.
 */
public final class MemoryWatch implements Runnable {
    private static final long INTERVAL_NANOS = 20_000_000;

    private final MemoryLimit limit;
    private final Supplier<Resident> resident;
    private final LongSupplier clock;
    private long next;
    private boolean lifted;
    private long mostAnonymous;
    private long mostFileBacked;

    public MemoryWatch(MemoryLimit limit) {
        this(limit, ProcessMemory::resident, System::nanoTime);
    }

    MemoryWatch(MemoryLimit limit, Supplier<Resident> resident, LongSupplier clock) {
        this.limit = limit;
        this.resident = resident;
        this.clock = clock;
        this.next = clock.getAsLong();
    }

    /** @throws MemoryException above the limit */
    @Override
    public void run() {
        long now = clock.getAsLong();
        if (now - next < 0) {
            return;
        }
        next = now + INTERVAL_NANOS;
        Resident taken = look();
        if (!lifted && taken.anonymous() > limit.bytes()) {
            throw new MemoryException(
                    Sizes.format(taken.anonymous()) + " of memory are taken, more than " + limit.describe(),
                    null,
                    null);
        }
    }

    /** Looks without stopping anything. */
    public Resident look() {
        Resident taken = resident.get();
        mostAnonymous = Math.max(mostAnonymous, taken.anonymous());
        mostFileBacked = Math.max(mostFileBacked, taken.fileBacked());
        return taken;
    }

    /** Removes the limit, so that the state can be saved. */
    public void lift() {
        lifted = true;
    }

    public MemoryLimit limit() {
        return limit;
    }

    /** The most that was seen of each kind since {@link #forget}. */
    Resident most() {
        look();
        return new Resident(mostAnonymous, mostFileBacked);
    }

    void forget() {
        mostAnonymous = 0;
        mostFileBacked = 0;
    }
}
