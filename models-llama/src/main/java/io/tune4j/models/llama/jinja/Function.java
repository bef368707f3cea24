package io.tune4j.models.llama.jinja;

import org.jspecify.annotations.Nullable;

/** What a template can call: a global function, a method of a value, or a macro. */
@FunctionalInterface
interface Function {
    /** @param frame of the caller */
    @Nullable
    Object call(Frame frame, Arguments arguments);
}
