// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apiguardian.api.API;

/** SHA-256, which every Java platform has, so that callers need not handle its absence. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class Sha256 {
    private Sha256() {}

    /** A digest of nothing yet. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * A name made of a text, for what depends on it.
     *
     * @param bytes of the digest that the name has, two characters each
     */
    public static String name(String text, int bytes) {
        return HexFormat.of().formatHex(start().digest(text.getBytes(StandardCharsets.UTF_8)), 0, bytes);
    }
}
