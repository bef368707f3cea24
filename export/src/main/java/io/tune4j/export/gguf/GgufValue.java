// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.InternalException;
import java.util.List;

/**
 * A value of a key, with the type that it has in the file.
 *
 * @param kind its type, or that of its elements
 * @param array whether it is an array
 * @param value a Long, a Double, a Boolean or a String; for an array a list of these, or a list of lists
 */
public record GgufValue(Kind kind, boolean array, Object value) {
    /** The types by their numbers in the file. */
    public enum Kind {
        UINT8(1),
        INT8(1),
        UINT16(2),
        INT16(2),
        UINT32(4),
        INT32(4),
        FLOAT32(4),
        BOOL(1),
        /** A length in 8 bytes comes first. */
        STRING(8),
        /** A type in 4 bytes and a length in 8 come first. */
        ARRAY(12),
        UINT64(8),
        INT64(8),
        FLOAT64(8);

        private final int leastBytes;

        Kind(int leastBytes) {
            this.leastBytes = leastBytes;
        }

        /** The bytes that a value has at least. */
        int leastBytes() {
            return leastBytes;
        }
    }

    public GgufValue {
        if (array && !(value instanceof List)) {
            throw new InternalException("an array of GGUF needs a list");
        }
    }

    static GgufValue of(Kind kind, Object value) {
        return new GgufValue(kind, false, value);
    }

    static GgufValue list(Kind kind, List<?> values) {
        return new GgufValue(kind, true, List.copyOf(values));
    }
}
