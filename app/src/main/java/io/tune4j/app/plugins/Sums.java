// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Check sums of jars, as {@code sha256sum} prints them. */
public final class Sums {
    private Sums() {}

    /** @throws UserException if the file cannot be read */
    public static String sha256(Path jar) {
        try (InputStream in = Files.newInputStream(jar)) {
            MessageDigest digest = Sha256.start();
            try (DigestInputStream hashed = new DigestInputStream(in, digest)) {
                hashed.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UserException("cannot read " + jar + ": " + e.getMessage(), e);
        }
    }
}
