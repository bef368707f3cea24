// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.tune4j.api.error.DataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A data file as text: unpacked if it is packed, decoded strictly, without a byte order mark.
 *
 * @param encoding of the file, or null for UTF-8
 */
record DataText(Path file, @Nullable Charset encoding) {
    private static final int FIRST_BYTES = 4;
    private static final int BUFFER = 1 << 16;

    /** The name without the end that says how the file is packed. */
    static String unpacked(String name) {
        return name.replaceFirst("\\.(gz|zst)$", "");
    }

    /**
     * Opens it.
     *
     * @throws DataException if it is missing, or seems to be in another encoding or packed in a way that is not read
     */
    Reader open() {
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + " is a folder; name the files in it in data_files");
            }
            return decoded(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        } catch (IOException e) {
            throw broken(e, "");
        }
    }

    private Reader decoded(InputStream packed) throws IOException {
        boolean done = false;
        try {
            Reader reader = characters(unpacked(packed));
            done = true;
            return reader;
        } finally {
            if (!done) {
                packed.close();
            }
        }
    }

    /** Unpacks a file that its first bytes show to be packed; no text begins with these bytes. */
    private InputStream unpacked(InputStream bytes) throws IOException {
        byte[] first = peek(bytes);
        if (begins(first, 0x1f, 0x8b)) {
            return new BufferedInputStream(new GZIPInputStream(bytes, BUFFER), BUFFER);
        }
        if (begins(first, 0x28, 0xb5, 0x2f, 0xfd)) {
            return new BufferedInputStream(new ZstdInputStream(bytes), BUFFER);
        }
        boolean zip = begins(first, 'P', 'K', 3, 4);
        if (zip || begins(first, 'B', 'Z', 'h') || begins(first, 0xfd, '7', 'z', 'X')) {
            throw new DataException(file + " is packed as " + (zip ? "zip" : first[0] == 'B' ? "bzip2" : "xz")
                    + "; unpack it first (gzip and zstd are read as they are)");
        }
        return bytes;
    }

    private Reader characters(InputStream bytes) throws IOException {
        byte[] first = peek(bytes);
        if (encoding == null || encoding.equals(StandardCharsets.UTF_8)) {
            String wide = wide(first);
            if (wide != null) {
                throw new DataException(file + " is " + wide + " text, and UTF-8 was expected. " + convert(wide));
            }
            if (begins(first, 0xef, 0xbb, 0xbf)) {
                bytes.skipNBytes(3);
            }
        }
        Charset charset = encoding == null ? StandardCharsets.UTF_8 : encoding;
        return new InputStreamReader(
                bytes,
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    private static byte[] peek(InputStream bytes) throws IOException {
        bytes.mark(FIRST_BYTES);
        byte[] first = bytes.readNBytes(FIRST_BYTES);
        bytes.reset();
        return first;
    }

    private static boolean begins(byte[] first, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            if (i >= first.length || (first[i] & 0xff) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** The name of an encoding with several bytes for each character: its mark says so, or zeros between the first letters. */
    private static @Nullable String wide(byte[] first) {
        if (begins(first, 0xff, 0xfe, 0, 0) || begins(first, 0, 0, 0xfe, 0xff)) {
            return "UTF-32";
        }
        if (begins(first, 0xff, 0xfe) || begins(first, 0xfe, 0xff)) {
            return "UTF-16";
        }
        if (first.length < FIRST_BYTES) {
            return null;
        }
        boolean little = first[0] != 0 && first[1] == 0 && first[2] != 0 && first[3] == 0;
        boolean big = first[0] == 0 && first[1] != 0 && first[2] == 0 && first[3] != 0;
        return little ? "UTF-16LE" : big ? "UTF-16BE" : null;
    }

    private String convert(String from) {
        return "Convert it (iconv -f " + from + " -t UTF-8 " + file.getFileName() + " > NEW_FILE), or set encoding: "
                + from.toLowerCase(Locale.ROOT) + " beside data_files";
    }

    /**
     * Says what is wrong with the file in words for users.
     *
     * @param place where reading it had come to, such as " near record 3", or nothing
     */
    DataException broken(IOException e, String place) {
        if (e instanceof NoSuchFileException) {
            return new DataException("there is no data file " + file.toAbsolutePath() + "; check data_files", e);
        }
        if (e instanceof CharacterCodingException) {
            String words = encoding == null
                    ? " is no UTF-8 text" + place
                            + "; it seems to be Windows-1252 or Latin-1, as spreadsheet programs write it. "
                            + convert("WINDOWS-1252")
                    : " is no " + encoding + " text" + place + "; check encoding";
            return new DataException(file + words, e);
        }
        if (e instanceof EOFException || e instanceof ZipException || e instanceof ZstdIOException) {
            return new DataException(
                    file + " cannot be unpacked" + place + ": " + e.getMessage()
                            + ". It is broken or was cut off: write or download it again",
                    e);
        }
        return new DataException("cannot read " + file + place + ": " + e.getMessage(), e);
    }
}
