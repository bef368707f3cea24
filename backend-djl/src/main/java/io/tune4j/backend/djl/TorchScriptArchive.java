// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module without state as the bytes of an archive, as {@code torch.jit.save} would write it: an uncompressed
 * zip of the code and of the pickled object that is an instance of it (PyTorch's {@code caffe2/serialize} and
 * {@code torch/csrc/jit/serialization}).
 */
final class TorchScriptArchive {
    private static final String ROOT = "kernels/";
    /** PROTO 2, GLOBAL, EMPTY_TUPLE, NEWOBJ by REDUCE's shorthand, state {training: False, hook: None}, BUILD, STOP. */
    private static final String OBJECT =
            "\u0080\u0002c__torch__\n%s\nq\u0000)\u0081}(X\b\u0000\u0000\u0000trainingq\u0001\u0089"
                    + "X\u0016\u0000\u0000\u0000_is_full_backward_hookq\u0002Nubq\u0003.";
    /** An empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";
    /** The format's version since PyTorch 1.6. */
    private static final String VERSION = "3\n";

    private TorchScriptArchive() {}

    /**
     * @param className of the module
     * @param code the class in TorchScript
     */
    static byte[] of(String className, String code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "data.pkl", OBJECT.formatted(className).getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", NO_CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
            store(zip, "version", VERSION.getBytes(StandardCharsets.UTF_8));
            store(zip, "byteorder", "little".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
