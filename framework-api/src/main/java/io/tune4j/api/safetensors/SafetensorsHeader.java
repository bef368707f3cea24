// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file's header after every check of the format.
 *
 * @param entries all tensors by name
 * @param metadata the text map, in the file's order
 */
record SafetensorsHeader(SortedMap<String, TensorEntry> entries, Map<String, String> metadata) {
    /** The longest header the format allows. */
    static final int MAX_BYTES = 100_000_000;

    static final String METADATA = "__metadata__";

    private static final int LENGTH_BYTES = 8;
    private static final String AGAIN = "; download or copy the file again";

    static SafetensorsHeader read(Path path, FileChannel channel) throws IOException {
        long fileSize = channel.size();
        if (fileSize < LENGTH_BYTES + 2) {
            throw broken(path, "it has only " + Sizes.exact(fileSize) + AGAIN);
        }
        // The brace is looked at first, so that a random length makes no large allocation.
        ByteBuffer start =
                ByteBuffer.wrap(readFully(path, channel, 0, LENGTH_BYTES + 1)).order(ByteOrder.LITTLE_ENDIAN);
        long length = start.getLong();
        if (start.get() != '{') {
            throw broken(path, "its header does not begin with '{', so this is no safetensors file");
        }
        if (length < 2 || length > MAX_BYTES) {
            throw broken(
                    path,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, the format allows 2 to " + MAX_BYTES
                            + AGAIN);
        }
        if (length > fileSize - LENGTH_BYTES) {
            throw broken(
                    path,
                    "it is truncated: the header promises " + Sizes.exact(length) + " of header, the file has "
                            + Sizes.exact(fileSize) + " in all" + AGAIN);
        }
        HeaderParser parser = new HeaderParser(path);
        parser.parse(readFully(path, channel, LENGTH_BYTES, (int) length));
        return new SafetensorsHeader(
                layOut(path, parser.tensors(), LENGTH_BYTES + length, fileSize),
                Collections.unmodifiableMap(parser.metadata()));
    }

    private static byte[] readFully(Path path, FileChannel channel, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            if (channel.read(rest, position + rest.position()) < 0) {
                throw broken(path, "it became shorter while it was being read");
            }
        }
        return bytes;
    }

    /** Checks sizes and offsets: each tensor begins where the one before ends, and the last ends with the file. */
    private static SortedMap<String, TensorEntry> layOut(
            Path path, List<DeclaredTensor> declared, long dataStart, long fileSize) {
        SortedMap<String, TensorEntry> entries = new TreeMap<>();
        long end = 0;
        String before = "the header";
        for (DeclaredTensor tensor : declared.stream()
                .sorted(Comparator.comparingLong(DeclaredTensor::begin).thenComparingLong(DeclaredTensor::end))
                .toList()) {
            String subject = "tensor " + Names.quote(tensor.name());
            if (tensor.begin() > tensor.end()) {
                throw broken(
                        path, subject + " begins at byte " + tensor.begin() + " after its end " + tensor.end() + AGAIN);
            }
            if (tensor.begin() != end) {
                throw broken(
                        path,
                        subject + " begins at byte " + tensor.begin()
                                + (tensor.begin() < end ? ", inside " : ", which leaves a gap after ") + before
                                + ", which ends at byte "
                                + end + AGAIN);
            }
            long bytes = byteLength(path, subject, tensor);
            if (bytes != tensor.end() - tensor.begin()) {
                throw broken(
                        path,
                        subject + " of dtype " + tensor.type() + " and shape " + Arrays.toString(tensor.shape())
                                + " needs " + Sizes.exact(bytes) + ", its offsets " + tensor.begin() + " to "
                                + tensor.end()
                                + " give it " + Sizes.exact(tensor.end() - tensor.begin()) + AGAIN);
            }
            // An end past the file, even one that makes this sum wrap around, is refused below as a truncation.
            entries.put(
                    tensor.name(),
                    new TensorEntry(
                            tensor.name(), tensor.type(), tensor.shape(), dataStart + tensor.begin(), bytes, path));
            end = tensor.end();
            before = subject;
        }
        checkEnd(path, dataStart, end, fileSize);
        return Collections.unmodifiableSortedMap(entries);
    }

    private static void checkEnd(Path path, long dataStart, long end, long fileSize) {
        long present = fileSize - dataStart;
        if (end > present) {
            throw broken(
                    path,
                    "it is truncated: the header promises " + Sizes.exact(end) + " of tensors, the file has "
                            + Sizes.exact(present) + AGAIN);
        }
        if (end < present) {
            throw broken(
                    path,
                    "it has " + Sizes.exact(present - end) + " after the last tensor, which ends at byte " + end
                            + AGAIN);
        }
    }

    private static long byteLength(Path path, String subject, DeclaredTensor tensor) {
        try {
            long elements = 1;
            for (long length : tensor.shape()) {
                elements = Math.multiplyExact(elements, length);
            }
            long bits = Math.multiplyExact(elements, tensor.type().bits());
            if (bits % 8 != 0) {
                throw broken(
                        path,
                        subject + " of dtype " + tensor.type() + " and shape " + Arrays.toString(tensor.shape())
                                + " does not fill whole bytes");
            }
            return bits / 8;
        } catch (ArithmeticException e) {
            throw new DataException(
                    message(
                            path,
                            subject + " is larger than any file: shape " + Arrays.toString(tensor.shape()) + AGAIN),
                    e);
        }
    }

    static UserException broken(Path path, String what) {
        return new DataException(message(path, what));
    }

    static String message(Path path, String what) {
        return path + " is not a valid safetensors file: " + what;
    }
}
