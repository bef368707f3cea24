// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

/** The meaning of tokens. */
public interface Spelling {
    /** The text of a token, for people. */
    String spelling(int token);

    /** Whether an answer ends with it. */
    boolean isEnd(int token);
}
