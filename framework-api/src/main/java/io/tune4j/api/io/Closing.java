// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.InternalException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Closes what was opened, the last first: try-with-resources for many. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Takes something over that was opened. */
    public <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Takes over what was opened, or null, which is nothing to close. */
    public <T extends AutoCloseable> @Nullable T addIfAny(@Nullable T resource) {
        return resource == null ? null : add(resource);
    }

    /** Closes everything, whatever fails; the first failure is thrown and has the others with it. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (RuntimeException e) {
                failure = join(failure, e);
            } catch (Exception e) {
                failure = join(failure, new InternalException("closing failed", e));
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException join(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }
}
