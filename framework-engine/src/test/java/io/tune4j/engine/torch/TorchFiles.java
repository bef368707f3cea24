// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Archives as PyTorch writes them, around a pickle of a test's own. */
final class TorchFiles {
    private TorchFiles() {}

    /** An archive with this pickle and one storage of 16 bytes, named 0. */
    static byte[] archive(byte[] pickle) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "model/data.pkl", pickle);
            add(zip, "model/data/0", new byte[16]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Instructions as text, a byte for each character. */
    static byte[] pickle(String instructions) {
        return instructions.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Puts a text on the stack. */
    static String text(String text) {
        return "\u008c" + (char) text.length() + text;
    }

    /** Puts a tensor on the stack whose shape and strides the given instructions make. */
    static String tensor(String shape, String strides) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0")
                + text("cpu") + "K\u0004tQK\0" + shape + strides + "\u0089)tR";
    }
}
