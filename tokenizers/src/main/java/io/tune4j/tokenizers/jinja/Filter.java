// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.Nullable;

/** A filter: the function that a template names after {@code |}. */
@FunctionalInterface
interface Filter {
    @Nullable
    Object apply(Frame frame, @Nullable Object value, Arguments arguments);
}
