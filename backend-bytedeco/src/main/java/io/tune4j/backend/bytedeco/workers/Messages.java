// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.workers;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Several messages as one: each after its length in four bytes. */
final class Messages {
    private Messages() {}

    static byte[] join(List<byte[]> messages) {
        int length =
                messages.stream().mapToInt(each -> Integer.BYTES + each.length).sum();
        ByteBuffer joined = ByteBuffer.allocate(length);
        messages.forEach(each -> joined.putInt(each.length).put(each));
        return joined.array();
    }

    static List<byte[]> split(byte[] joined) {
        List<byte[]> messages = new ArrayList<>();
        ByteBuffer left = ByteBuffer.wrap(joined);
        while (left.hasRemaining()) {
            byte[] message = new byte[left.getInt()];
            left.get(message);
            messages.add(message);
        }
        return messages;
    }
}
