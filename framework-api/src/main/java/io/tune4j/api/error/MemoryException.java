// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** An allocator had no memory left, or a limit was reached. The recipe adds what holds the memory and what would help. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class MemoryException extends ResourceException {
    private static final long serialVersionUID = 1L;

    /** The requested size in the allocator's words, or null if unknown. */
    private final @Nullable String asked;

    /** @param asked the requested size in the allocator's words, or null if unknown */
    public MemoryException(String message, @Nullable String asked, @Nullable Throwable cause) {
        super(message, cause);
        this.asked = asked;
    }

    /** The requested size, e.g. {@code 2.00 GiB}; null if unknown. */
    public @Nullable String asked() {
        return asked;
    }
}
