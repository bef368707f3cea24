// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A file in a jar that the system can only use as a file of its own.
 *
 * @param path below the cache, with {@code /} between its parts
 * @param source where it is packed
 * @param size in bytes
 * @param crc of its content, as the jar says
 * @param modified in milliseconds, as the jar says
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public record PackedFile(String path, URL source, long size, long crc, long modified) {
    /** Says where the cache has the file. */
    @FunctionalInterface
    public interface Naming {
        /**
         * A path below the cache.
         *
         * @param jar the jar's file
         * @param entry the file's name in the jar
         */
        String path(Path jar, String entry);
    }

    /** Reads a file's size and checksum from its jar; null if the file is not in a jar. */
    public static @Nullable PackedFile find(URL source, Naming naming) throws IOException {
        if (!(source.openConnection() instanceof JarURLConnection connection)) {
            return null;
        }
        JarEntry entry = connection.getJarEntry();
        if (entry == null || entry.isDirectory() || entry.getSize() < 0 || entry.getCrc() < 0) {
            return null;
        }
        Path jar = Path.of(connection.getJarFile().getName());
        return new PackedFile(
                naming.path(jar, entry.getName()), source, entry.getSize(), entry.getCrc(), entry.getTime());
    }

    InputStream open() throws IOException {
        URLConnection connection = source.openConnection();
        return connection.getInputStream();
    }
}
