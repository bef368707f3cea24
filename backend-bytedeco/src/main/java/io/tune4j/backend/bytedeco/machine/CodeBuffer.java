package io.tune4j.backend.bytedeco.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes of machine code in the order of their addresses. */
final class CodeBuffer {
    private ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    int size() {
        return bytes.position();
    }

    void add(int value) {
        reserve(1);
        bytes.put((byte) value);
    }

    void addInt(int value) {
        reserve(Integer.BYTES);
        bytes.putInt(value);
    }

    void setInt(int position, int value) {
        bytes.putInt(position, value);
    }

    private void reserve(int count) {
        if (bytes.remaining() < count) {
            ByteBuffer larger = ByteBuffer.allocate(2 * bytes.capacity()).order(ByteOrder.LITTLE_ENDIAN);
            larger.put(bytes.flip());
            bytes = larger;
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
