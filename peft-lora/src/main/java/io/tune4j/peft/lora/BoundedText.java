// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.error.UserException;

/** A text that may be looked at only so often: an expression with loops within loops would look at it for ever. */
final class BoundedText implements CharSequence {
    private static final int MOST_LOOKS = 1_000_000;

    private final String text;
    private final String expression;
    private int looks;

    BoundedText(String text, String expression) {
        this.text = text;
        this.expression = expression;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
            throw new UserException("the regular expression '" + expression + "' tries too many ways to match '" + text
                    + "'; write it without repetitions within repetitions");
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
