// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.io.IOException;

/** A fault that another try of the same request would meet again. */
final class PermanentFault extends IOException {
    private static final long serialVersionUID = 1L;

    PermanentFault(String message) {
        super(message);
    }
}
