// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the beginning of a file number by number, and says so when it ends too early. */
final class GgufInput {
    private static final int WINDOW = 1 << 16;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    private long next;

    GgufInput(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
        window.limit(0);
    }

    /** The position of the next byte. */
    long position() {
        return next - window.remaining();
    }

    long remaining() {
        return size - position();
    }

    int int8() throws IOException {
        need(1);
        return window.get();
    }

    int int16() throws IOException {
        need(Short.BYTES);
        return window.getShort();
    }

    int int32() throws IOException {
        need(Integer.BYTES);
        return window.getInt();
    }

    long int64() throws IOException {
        need(Long.BYTES);
        return window.getLong();
    }

    /** A text with its length before it. */
    String text() throws IOException {
        long length = int64();
        if (length < 0 || length > remaining()) {
            throw broken("a text of " + Long.toUnsignedString(length) + " bytes begins at byte "
                    + (position() - Long.BYTES) + ", and only " + remaining() + " follow");
        }
        byte[] bytes = new byte[(int) Math.min(length, GgufHeader.MOST_BYTES)];
        for (int at = 0; at < bytes.length; ) {
            need(1);
            int count = Math.min(window.remaining(), bytes.length - at);
            window.get(bytes, at, count);
            at += count;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken("the text before byte " + position() + " is not UTF-8");
        }
    }

    private void need(int bytes) throws IOException {
        if (window.remaining() >= bytes) {
            return;
        }
        window.compact();
        while (window.position() < bytes) {
            int count = channel.read(window, next);
            if (count <= 0) {
                throw broken("it ends at byte " + next + ", within its list of keys and tensors");
            }
            next += count;
        }
        window.flip();
    }

    DataException broken(String why) {
        return new DataException(path + " is not a whole GGUF file: " + why + "; download or convert it again");
    }
}
