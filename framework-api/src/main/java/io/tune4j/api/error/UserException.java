package io.tune4j.api.error;

import org.jspecify.annotations.Nullable;

/** The user's command, configuration or files are at fault; the message says what to change. */
public non-sealed class UserException extends TuneException {
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message, null);
    }

    public UserException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 2;
    }
}
