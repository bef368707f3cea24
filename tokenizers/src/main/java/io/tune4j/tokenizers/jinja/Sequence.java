// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Python list, tuple, range or view of a dictionary. Templates cannot change it.
 *
 * @param items its elements
 * @param kind its type in Python
 * @param mark of the characters that are printed between its elements
 */
record Sequence(List<@Nullable Object> items, Kind kind, Mark mark) {
    /** The types, with the brackets around their elements in print. */
    enum Kind {
        LIST("list", "[", "]"),
        TUPLE("tuple", "(", ")"),
        KEYS("dict_keys", "dict_keys([", "])"),
        VALUES("dict_values", "dict_values([", "])"),
        ITEMS("dict_items", "dict_items([", "])"),
        RANGE("range", "range(", ")");

        final String type;
        final String begin;
        final String end;

        Kind(String type, String begin, String end) {
            this.type = type;
            this.begin = begin;
            this.end = end;
        }

        /** Whether elements can be taken by their position. */
        boolean isIndexed() {
            return this == LIST || this == TUPLE || this == RANGE;
        }
    }

    static Sequence list(List<@Nullable Object> items) {
        return new Sequence(items, Kind.LIST, Mark.TEMPLATE);
    }

    static Sequence tuple(@Nullable Object... items) {
        return new Sequence(java.util.Arrays.asList(items), Kind.TUPLE, Mark.TEMPLATE);
    }

    int size() {
        return items.size();
    }
}
