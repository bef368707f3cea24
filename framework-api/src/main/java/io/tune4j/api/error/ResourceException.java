// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Memory, disk or a device is missing or ran out; the message says what was requested and what is available. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public non-sealed class ResourceException extends TuneException {
    private static final long serialVersionUID = 1L;

    /** @param message names the resource and the next step */
    public ResourceException(String message) {
        super(message, null);
    }

    /** @param message names the resource and the next step */
    public ResourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 4;
    }
}
