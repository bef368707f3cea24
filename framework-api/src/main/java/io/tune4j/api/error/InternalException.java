// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The framework's own bug; the only kind that is shown with its stack trace. */
@API(status = API.Status.INTERNAL, since = "0.1")
public non-sealed class InternalException extends TuneException {
    private static final long serialVersionUID = 1L;

    /** @param message for the developers */
    public InternalException(String message) {
        super(message, null);
    }

    /** @param message for the developers */
    public InternalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 70;
    }
}
