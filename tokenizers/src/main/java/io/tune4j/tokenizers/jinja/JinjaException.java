// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

/** A template that cannot be parsed, or that failed or refused while it was rendered. */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Kinds of failures, after Python's and Jinja's exceptions. */
    public enum Kind {
        SYNTAX,
        UNDEFINED,
        TYPE,
        VALUE,
        ZERO_DIVISION,
        SECURITY,
        /** The template called {@code raise_exception}; the message is its own. */
        RAISED,
        /** The template took too many steps, wrote too much or nested too deeply. */
        LIMIT,
        /** The template uses what this interpreter does not have. */
        UNSUPPORTED
    }

    private final Kind kind;
    private int line;

    JinjaException(Kind kind, String message) {
        this(kind, message, 0);
    }

    JinjaException(Kind kind, String message, int line) {
        super(message);
        this.kind = kind;
        this.line = line;
    }

    static JinjaException type(String message) {
        return new JinjaException(Kind.TYPE, message);
    }

    static JinjaException value(String message) {
        return new JinjaException(Kind.VALUE, message);
    }

    static JinjaException limit(String message) {
        return new JinjaException(Kind.LIMIT, message);
    }

    /** Notes the line of the innermost statement that failed. */
    JinjaException at(int failed) {
        if (line == 0) {
            line = failed;
        }
        return this;
    }

    /** The kind of the failure. */
    public Kind kind() {
        return kind;
    }

    /** The line of the template, counted from 1, or 0 if it is not known. */
    public int line() {
        return line;
    }
}
