// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.export.files.ExportListener;

/**
 * Shows an export's warnings, and ends it before its next tensor once the user asks for that.
 *
 * @param console shows warnings
 * @param cancellation the user's request
 */
record StoppableExport(Console console, Cancellation cancellation) implements ExportListener {
    /** Unwinds the writers, each of which deletes its unfinished file. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private StoppedException() {
            super("the export was stopped", null, false, false);
        }
    }

    @Override
    public void warning(String text) {
        console.warning(text);
    }

    @Override
    public void tensor(String name) {
        if (cancellation.isRequested()) {
            throw new StoppedException();
        }
    }
}
