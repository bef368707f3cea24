// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The user's data or checkpoint files are at fault, not the command or the config: a file is missing, broken or does not fit
 * the model. The message names the file and what to do.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public class DataException extends UserException {
    private static final long serialVersionUID = 1L;

    /** @param message names the file and the next step */
    public DataException(String message) {
        super(message);
    }

    /** @param message names the file and the next step */
    public DataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 3;
    }
}
