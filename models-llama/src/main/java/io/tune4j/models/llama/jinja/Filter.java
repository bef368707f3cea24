package io.tune4j.models.llama.jinja;

import org.jspecify.annotations.Nullable;

/** What stands after a {@code |}. */
@FunctionalInterface
interface Filter {
    @Nullable
    Object apply(Frame frame, @Nullable Object value, Arguments arguments);
}
