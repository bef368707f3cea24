// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fields of a protocol buffers message, one after the other, without a schema. The library for it warns of {@code Unsafe} on new
 * JDKs, and a tokenizer's file needs a dozen fields of three messages.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoFields {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int MAX_VARINT_BITS = 64;

    private final ByteBuffer bytes;
    private int number;
    private int type;

    ProtoFields(ByteBuffer bytes) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Goes to the next field, whose value is then to be read by one of the methods below.
     *
     * @return its number, or 0 at the end
     */
    int next() {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        number = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (number <= 0) {
            throw new IllegalArgumentException("field number " + number);
        }
        return number;
    }

    long number() {
        expect(VARINT);
        return varint();
    }

    float real() {
        expect(FIXED32);
        return bytes.getFloat();
    }

    ByteBuffer bytes() {
        expect(BYTES);
        long length = varint();
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException("field " + number + " goes beyond the end");
        }
        ByteBuffer value = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return value;
    }

    void skip() {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> bytes.getLong();
            case BYTES -> bytes();
            case FIXED32 -> bytes.getInt();
            default -> throw new IllegalArgumentException("field " + number + " has the unknown type " + type);
        }
    }

    private void expect(int expected) {
        if (type != expected) {
            throw new IllegalArgumentException("field " + number + " has type " + type + " instead of " + expected);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
            byte part = bytes.get();
            value |= (long) (part & 0x7F) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }
}
