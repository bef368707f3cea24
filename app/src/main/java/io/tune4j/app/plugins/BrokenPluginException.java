// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

/** A plugin's jars cannot be put together; the message is the reason. */
final class BrokenPluginException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenPluginException(String message, Throwable cause) {
        super(message, cause);
    }

    BrokenPluginException(String message) {
        super(message);
    }
}
