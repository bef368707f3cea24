// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.error;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A plugin broke its contract; the message names the plugin and its jar. */
@API(status = API.Status.INTERNAL, since = "0.1")
public non-sealed class PluginException extends TuneException {
    private static final long serialVersionUID = 1L;

    /** @param message names the plugin and what it did */
    public PluginException(String message) {
        super(message, null);
    }

    /** @param message names the plugin and what it did */
    public PluginException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 5;
    }
}
