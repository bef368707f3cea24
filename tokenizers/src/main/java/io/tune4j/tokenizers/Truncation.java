// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

/**
 * The part of a long sample that is kept.
 *
 * @param length the most tokens
 * @param left whether the last tokens are kept instead of the first
 */
record Truncation(int length, boolean left) {
    static final Truncation NONE = new Truncation(Integer.MAX_VALUE, false);
}
