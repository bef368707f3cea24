// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Says why a text can be no path, and what to do. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class UnusablePath {
    /** Java takes it from the locale when it starts, and nothing can change it then. */
    private static final String NAMES_ENCODING = "sun.jnu.encoding";

    private UnusablePath() {}

    /** The reason and the next step, to go after the path or the key that has it. */
    public static String reason(InvalidPathException e) {
        return reason(e, namesOfFiles());
    }

    static String reason(InvalidPathException e, Charset namesOfFiles) {
        boolean tooSmall = !namesOfFiles.equals(StandardCharsets.UTF_8)
                && !namesOfFiles.newEncoder().canEncode(e.getInput());
        return tooSmall
                ? "names of files are in " + namesOfFiles.name()
                        + " for this process, because its locale is not a UTF-8 one; set LC_ALL=C.UTF-8 and start it again"
                : e.getReason() + "; choose another name";
    }

    /** A whole message. */
    public static String describe(InvalidPathException e) {
        return "'" + e.getInput() + "' cannot be the name of a file: " + reason(e);
    }

    /** The one that an exception is, or that is the cause of it; null if there is none. */
    public static @Nullable InvalidPathException in(@Nullable Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof InvalidPathException found) {
                return found;
            }
        }
        return null;
    }

    private static Charset namesOfFiles() {
        try {
            return Charset.forName(System.getProperty(NAMES_ENCODING, "UTF-8"));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.US_ASCII;
        }
    }
}
