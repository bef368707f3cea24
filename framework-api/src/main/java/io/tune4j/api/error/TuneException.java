// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Root of every failure the framework reports. A message names the thing, where it came from and the next step;
 * it is written for the person at the terminal, who never sees the stack trace unless it is our bug.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public abstract sealed class TuneException extends RuntimeException
        permits UserException, PluginException, ResourceException, InternalException {
    private static final long serialVersionUID = 1L;

    TuneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public final String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** Exit code of the command line for this kind of blame. */
    public abstract int exitCode();
}
