package io.tune4j.api.backend.libtorch;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import java.util.Locale;

/** Turns what libtorch throws into the framework's exceptions. */
public final class LibtorchErrors {
    private LibtorchErrors() {}

    /** Finds the blame in the text: memory is the user\'s to give, everything else is our bug. */
    public static TuneException translate(RuntimeException error) {
        if (error instanceof TuneException own) {
            return own;
        }
        String text = String.valueOf(error.getMessage());
        String firstLine = text.lines().findFirst().orElse(text);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("out of memory")
                || lower.contains("can't allocate memory")
                || lower.contains("not enough memory")) {
            return new ResourceException(
                    "out of memory: " + firstLine
                            + "\nNext: a smaller batch_size, enable_activation_checkpointing=True, or dtype=bf16 takes less.",
                    error);
        }
        return new InternalException("libtorch refused an operation: " + firstLine, error);
    }
}
