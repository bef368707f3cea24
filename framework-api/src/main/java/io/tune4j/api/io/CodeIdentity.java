// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;

/**
 * Which build of a jar is running, so that what one build made is told from what another makes: for names of caches whose content
 * depends on code.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class CodeIdentity {
    private static final int BYTES = 8;
    private static final Map<Path, String> KNOWN = new ConcurrentHashMap<>();

    private CodeIdentity() {}

    /**
     * A digest of the jar that a class is in.
     *
     * @return 16 hexadecimal digits; {@code classes} for a class that is in no jar
     */
    public static String of(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            if (source == null
                    || source.getLocation() == null
                    || !source.getLocation().getProtocol().equals("file")) {
                return "classes";
            }
            Path jar = Path.of(source.getLocation().toURI());
            return Files.isRegularFile(jar) ? KNOWN.computeIfAbsent(jar, CodeIdentity::digest) : "classes";
        } catch (URISyntaxException e) {
            return "classes";
        }
    }

    private static String digest(Path jar) {
        try {
            MessageDigest digest = Sha256.start();
            digest.update(Files.readAllBytes(jar));
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
