// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A message in Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), built field by field. */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void key(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    ProtoMessage varint(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    ProtoMessage fixed64(int field, double value) {
        return fixed(field, FIXED_64, littleEndian(Double.BYTES).putDouble(value));
    }

    ProtoMessage fixed32(int field, float value) {
        return fixed(field, FIXED_32, littleEndian(Float.BYTES).putFloat(value));
    }

    private ProtoMessage fixed(int field, int wireType, ByteBuffer value) {
        key(field, wireType);
        out.writeBytes(value.array());
        return this;
    }

    /** An empty buffer in the byte order of messages and of the records around them. */
    static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    ProtoMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoMessage message(int field, ProtoMessage value) {
        return bytes(field, value.bytes());
    }

    private ProtoMessage bytes(int field, byte[] value) {
        key(field, LENGTH_DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
