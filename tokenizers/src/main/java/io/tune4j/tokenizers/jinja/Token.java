// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a template.
 *
 * @param type its kind
 * @param text its characters; of a string, what they stand for
 * @param number the value of a number, or null
 * @param line where it begins, counted from 1
 */
record Token(Type type, String text, @Nullable Object number, int line) {
    enum Type {
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        TAG_BEGIN,
        TAG_END,
        NAME,
        STRING,
        NUMBER,
        OPERATOR,
        END
    }

    boolean is(Type wanted, String word) {
        return type == wanted && text.equals(word);
    }

    String described() {
        return switch (type) {
            case END -> "end of template";
            case OUTPUT_END -> "end of print statement";
            case TAG_END -> "end of statement block";
            default -> text;
        };
    }
}
