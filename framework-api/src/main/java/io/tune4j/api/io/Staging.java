// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apiguardian.api.API;

/**
 * Memory outside of the heap for data on its way between files and arrays. Each thread has one piece of it and keeps it: a buffer
 * for each weight would be freed only when the garbage collector comes by, and until then a loaded model would be in memory twice.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Staging {
    /** Large enough for the disk, small enough for the processor's cache. */
    private static final int BYTES = 4 << 20;

    private static final ThreadLocal<ByteBuffer> BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BYTES));

    private Staging() {}

    /**
     * A buffer that is this thread's until it asks again: whoever has it must be done with it by then.
     *
     * @param wanted bytes; there will be no more than 4 MiB
     */
    public static ByteBuffer buffer(long wanted) {
        int size = (int) Math.min(BYTES, Math.max(0, wanted));
        return BUFFER.get().slice(0, size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
