// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.Nullable;

/** A value that a template can call: a global function, a method of a value, or a macro. */
@FunctionalInterface
interface Function {
    /**
     * Calls it.
     *
     * @param frame of the caller
     */
    @Nullable
    Object call(Frame frame, Arguments arguments);
}
