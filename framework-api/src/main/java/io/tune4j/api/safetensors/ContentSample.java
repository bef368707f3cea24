// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.io.FileBytes;
import io.tune4j.api.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A digest of a file's size, its header and some pieces between its ends. Two models of one shape differ in every piece, so this
 * tells them apart without reading gigabytes; a few bytes that were changed between the pieces it does not see.
 */
final class ContentSample {
    private static final int PIECES = 16;
    private static final int PIECE_BYTES = 4096;
    private static final int LONGEST_HEADER = 8 << 20;
    private static final int DIGEST_BYTES = 12;

    private ContentSample() {}

    /** @param header bytes before the first tensor */
    static String of(FileChannel channel, Path path, long header) throws IOException {
        long size = channel.size();
        MessageDigest digest = Sha256.start();
        add(digest, channel, path, 0, (int) Math.min(LONGEST_HEADER, Math.min(header, size)));
        long last = Math.max(0, size - PIECE_BYTES);
        for (int i = 0; i <= PIECES; i++) {
            // In two steps, since a product of the two may be too large.
            long at = last / PIECES * i + last % PIECES * i / PIECES;
            add(digest, channel, path, at, (int) Math.min(PIECE_BYTES, size - at));
        }
        return size + " bytes " + HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    }

    private static void add(MessageDigest digest, FileChannel channel, Path path, long position, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        FileBytes.read(channel, path, position, bytes);
        digest.update(bytes.array());
    }
}
