// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a repository of a {@link LocalHub}. */
public final class HubContent {
    /** The one token with access to everything. */
    public static final String TOKEN = "hf_localHubTokenWithAccess";

    /** A token of an account to which nothing gated was granted. */
    public static final String TOKEN_WITHOUT_ACCESS = "hf_localHubTokenWithoutAccess";

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private long largeFrom = 1 << 20;
    private boolean gated;
    private boolean hidden;
    private boolean twice;

    /** All files of a folder. */
    public static HubContent of(Path folder) {
        HubContent content = new HubContent();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
                content.file(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }

    /** Adds a file; the name may be one that a client must refuse. */
    public HubContent file(String name, byte[] bytes) {
        files.put(name, bytes);
        return this;
    }

    /** All files are listed a second time. */
    public HubContent listedTwice() {
        twice = true;
        return this;
    }

    /** Files of this size and more are kept by Git LFS, on the second server. */
    public HubContent largeFrom(long bytes) {
        largeFrom = bytes;
        return this;
    }

    /** Its files need a token with access; its listing does not. */
    public HubContent gated() {
        gated = true;
        return this;
    }

    /** Without a token it does not exist. */
    public HubContent hidden() {
        hidden = true;
        return this;
    }

    boolean isGated() {
        return gated;
    }

    boolean isPrivate() {
        return hidden;
    }

    int size() {
        return files.size();
    }

    Set<String> revisions() {
        return Set.of("main", COMMIT);
    }

    /** The content of a file, or null. */
    public byte @Nullable [] bytes(String name) {
        return files.get(name);
    }

    boolean isLarge(String name) {
        byte[] bytes = files.get(name);
        return bytes != null && bytes.length >= largeFrom;
    }

    String listing(int from, int to) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        array.addObject()
                .put("type", "directory")
                .put("oid", COMMIT)
                .put("size", 0)
                .put("path", "folder");
        List<String> names = new ArrayList<>(new ArrayList<>(files.keySet()).subList(from, to));
        if (twice) {
            names.addAll(List.copyOf(names));
        }
        for (String name : names) {
            byte[] bytes = Objects.requireNonNull(files.get(name));
            ObjectNode entry = array.addObject()
                    .put("type", "file")
                    .put("size", bytes.length)
                    .put("path", name);
            if (isLarge(name)) {
                entry.put("oid", COMMIT);
                entry.putObject("lfs")
                        .put("oid", hash("SHA-256", bytes))
                        .put("size", bytes.length)
                        .put("pointerSize", 134);
            } else {
                byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
                entry.put("oid", hash("SHA-1", head, bytes));
            }
        }
        return array.toString();
    }

    private static String hash(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
