// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.libtorch;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.TuneException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Turns what libtorch throws into the framework's exceptions. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class LibtorchErrors {
    /** {@code you tried to allocate 400 bytes} on the host, {@code Tried to allocate 2.00 GiB} on a GPU. */
    private static final Pattern ASKED =
            Pattern.compile("tried to allocate (\\d[\\d.]* ?\\w+)", Pattern.CASE_INSENSITIVE);

    private LibtorchErrors() {}

    /** Finds the blame in the text: memory is the user's to give, everything else is our bug. */
    public static TuneException translate(RuntimeException error) {
        if (error instanceof TuneException own) {
            return own;
        }
        String text = String.valueOf(error.getMessage());
        String firstLine = text.lines().findFirst().orElse(text);
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("out of memory")
                || lower.contains("can't allocate memory")
                || lower.contains("not enough memory")
                || lower.contains("bad_alloc")) {
            Matcher asked = ASKED.matcher(text);
            return new MemoryException(
                    "out of memory: " + firstLine
                            + "; a smaller batch_size or tokenizer.max_seq_len, or enable_activation_checkpointing=True, needs less",
                    asked.find() ? asked.group(1) : null,
                    error);
        }
        return new InternalException("libtorch refused an operation: " + firstLine, error);
    }
}
