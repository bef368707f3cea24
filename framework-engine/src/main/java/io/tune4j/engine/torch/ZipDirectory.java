// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the files of a zip archive lie in it: {@link java.util.zip.ZipFile} reads them but does not say. Sizes beyond 4 GiB
 * (Zip64) included. Source: PKWARE's APPNOTE, sections 4.3.7 to 4.3.16 and 4.5.3.
 */
final class ZipDirectory {
    /**
     * A file in the archive.
     *
     * @param offset of its first byte
     * @param stored whether it is as it was, and not compressed
     */
    record Member(long offset, long size, boolean stored) {}

    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR_BYTES = 20;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int LONGEST_COMMENT = 65_535;
    /** More than half a million files, of which a model has one for each tensor. */
    private static final int LARGEST_DIRECTORY = 32 << 20;

    private static final long MASK = 0xffffffffL;

    private final Path path;
    private final FileChannel channel;

    private ZipDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** @throws DataException if it is no whole zip archive */
    static Map<String, Member> read(Path path, FileChannel channel) throws IOException {
        return new ZipDirectory(path, channel).members();
    }

    private Map<String, Member> members() throws IOException {
        long size = channel.size();
        int tail = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
        ByteBuffer end = bytes(size - tail, tail);
        int at = tail - END_BYTES;
        while (at >= 0 && end.getInt(at) != END) {
            at--;
        }
        if (at < 0) {
            throw broken("it has no directory at its end, as a file that was cut off");
        }
        long count = Short.toUnsignedInt(end.getShort(at + 10));
        long length = end.getInt(at + 12) & MASK;
        long start = end.getInt(at + 16) & MASK;
        long endAt = size - tail + at;
        if (endAt >= LOCATOR_BYTES && bytes(endAt - LOCATOR_BYTES, 4).getInt() == LOCATOR64) {
            ByteBuffer large = bytes(bytes(endAt - LOCATOR_BYTES + 8, 8).getLong(), 56);
            if (large.getInt() != END64) {
                throw broken("its directory is damaged");
            }
            count = large.getLong(32);
            length = large.getLong(40);
            start = large.getLong(48);
        }
        if (length < 0 || length > LARGEST_DIRECTORY || start < 0 || start > size - length) {
            throw broken("its directory is damaged");
        }
        return entries(bytes(start, (int) length), count);
    }

    private Map<String, Member> entries(ByteBuffer directory, long count) throws IOException {
        Map<String, Member> members = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            int at = directory.position();
            if (directory.remaining() < CENTRAL_BYTES || directory.getInt(at) != CENTRAL) {
                throw broken("its directory is damaged");
            }
            int nameLength = Short.toUnsignedInt(directory.getShort(at + 28));
            int extraLength = Short.toUnsignedInt(directory.getShort(at + 30));
            int commentLength = Short.toUnsignedInt(directory.getShort(at + 32));
            int next = at + CENTRAL_BYTES + nameLength + extraLength + commentLength;
            if (next > directory.limit()) {
                throw broken("its directory is damaged");
            }
            String name = new String(directory.array(), at + CENTRAL_BYTES, nameLength, StandardCharsets.UTF_8);
            members.put(name, member(directory, at, at + CENTRAL_BYTES + nameLength, extraLength));
            directory.position(next);
        }
        return members;
    }

    /** Sizes and offsets that do not fit are in the extra field of kind 1, in this order. */
    private Member member(ByteBuffer directory, int at, int extraAt, int extraLength) throws IOException {
        long compressed = directory.getInt(at + 20) & MASK;
        long size = directory.getInt(at + 24) & MASK;
        long local = directory.getInt(at + 42) & MASK;
        for (int e = extraAt; e + 4 <= extraAt + extraLength; ) {
            int kind = directory.getShort(e);
            int length = Short.toUnsignedInt(directory.getShort(e + 2));
            int value = e + 4;
            if (kind == 1 && value + length <= extraAt + extraLength) {
                int limit = value + length;
                if (size == MASK && value + 8 <= limit) {
                    size = directory.getLong(value);
                    value += 8;
                }
                if (compressed == MASK && value + 8 <= limit) {
                    compressed = directory.getLong(value);
                    value += 8;
                }
                if (local == MASK && value + 8 <= limit) {
                    local = directory.getLong(value);
                }
            }
            e += 4 + length;
        }
        ByteBuffer header = bytes(local, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL) {
            throw broken("one of its files is not where the directory says");
        }
        long offset = local
                + LOCAL_BYTES
                + Short.toUnsignedInt(header.getShort(26))
                + Short.toUnsignedInt(header.getShort(28));
        boolean stored = directory.getShort(at + 10) == 0;
        if (size < 0 || compressed < 0 || (stored && size != compressed)) {
            throw broken("its directory is damaged");
        }
        if (offset > channel.size() - compressed) {
            throw broken("it is cut off");
        }
        return new Member(offset, size, stored);
    }

    private ByteBuffer bytes(long position, int length) throws IOException {
        if (position < 0 || position > channel.size() - length) {
            throw broken("its directory is damaged");
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw broken("it became shorter while it was being read");
            }
        }
        return buffer.flip();
    }

    private DataException broken(String what) {
        return new DataException(
                path + " is not a whole PyTorch archive: " + what + "; download or copy the file again");
    }
}
