// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The user's command, configuration or files are at fault; the message says what to change. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public non-sealed class UserException extends TuneException {
    private static final long serialVersionUID = 1L;

    /** @param message says what is wrong, where it was written, and the next step */
    public UserException(String message) {
        super(message, null);
    }

    /** @param message says what is wrong, where it was written, and the next step */
    public UserException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 2;
    }
}
