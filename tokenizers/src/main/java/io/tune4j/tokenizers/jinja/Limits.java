// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

/** Bounds on what one rendering may do, because templates come from strangers. A template that passes one is refused. */
final class Limits {
    /** Expressions, statements and characters that are gone through: far more than a conversation of a million tokens takes. */
    static final long STEPS = 20_000_000;

    /** Characters of any one text, and of the output. */
    static final int CHARACTERS = 16 << 20;

    /** Parts that a text is cut into: each is an object of a hundred bytes. */
    static final int PARTS = 1_000_000;

    /** Values that are looked at to compare two, because a few lists within each other can hold one value millions of times. */
    static final int COMPARED = 20_000;

    /** The nesting depth of statements, expressions and calls. */
    static final int DEPTH = 150;

    /** Elements of a range, as in Jinja's sandbox. */
    static final int RANGE = 100_000;

    /** Bits of an integer. */
    static final int BITS = 20_000;

    private Limits() {}

    /** Fails if a text would be cut into more parts than allowed. */
    static void parts(long count) {
        if (count > PARTS) {
            throw JinjaException.limit("a text was to be cut into more than " + PARTS + " parts");
        }
    }

    /** Fails if a text would become longer than allowed. */
    static int characters(long length) {
        if (length > CHARACTERS) {
            throw JinjaException.limit("a text of more than " + CHARACTERS + " characters was asked for");
        }
        return (int) length;
    }
}
