// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.Nullable;

/** A part of a template that has a value. */
@FunctionalInterface
interface Expression {
    @Nullable
    Object evaluate(Frame frame);

    /** Whether its value depends on nothing. Jinja computes such expressions with other rules for failures. */
    default boolean isConstant() {
        return false;
    }
}
