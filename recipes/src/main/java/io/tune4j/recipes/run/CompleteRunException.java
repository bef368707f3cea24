// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.error.UserException;

/** The run to resume has nothing left to do. */
public final class CompleteRunException extends UserException {
    private static final long serialVersionUID = 1L;

    CompleteRunException(String message) {
        super(message);
    }
}
