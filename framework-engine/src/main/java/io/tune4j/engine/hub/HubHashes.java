// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.InternalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Whether a file is what the hub has: by SHA-256 for large files, by git's hash for the others. */
final class HubHashes {
    private static final int PIECE = 1 << 20;

    private HubHashes() {}

    static boolean matches(Path path, HubFile file) throws IOException {
        String sha256 = file.sha256();
        MessageDigest digest = digest(sha256 == null ? "SHA-1" : "SHA-256");
        if (sha256 == null) {
            // git hashes a header before the content.
            digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        ByteBuffer piece = ByteBuffer.allocate((int) Math.max(1, Math.min(PIECE, file.size())));
        try (FileChannel channel = FileChannel.open(path)) {
            while (channel.read(piece.clear()) > 0) {
                digest.update(piece.flip());
            }
        }
        return HexFormat.of().formatHex(digest.digest()).equals(file.identity());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new InternalException("every Java has " + algorithm, e);
        }
    }
}
