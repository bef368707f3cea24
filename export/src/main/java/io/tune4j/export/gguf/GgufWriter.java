// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.AtomicFile;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.gguf.GgufValue.Kind;
import io.tune4j.export.gguf.blocks.BlockCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes a GGUF file of version 3, which appears under its name only when all of it is there. A piece of a tensor is in memory at a
 * time.
 */
public final class GgufWriter {
    /** Elements that are read and encoded at a time. */
    private static final int PIECE = 1 << 22;

    private GgufWriter() {}

    /** A tensor to be written. */
    public interface Content {
        String name();

        GgufType type();

        /** Lengths of the dimensions, the row's length last; rows are whole blocks of the type. */
        List<Long> shape();

        /**
         * Gives some rows.
         *
         * @return their elements in fp32, row by row
         */
        float[] rows(long first, int count);
    }

    /** The bytes of a file with these tensors. */
    public static long fileBytes(GgufMetadata metadata, List<? extends Content> contents) {
        List<GgufTensor> tensors = placed(contents);
        return header(metadata, tensors).length
                + tensors.stream()
                        .mapToLong(tensor -> aligned(tensor.byteLength()))
                        .sum();
    }

    /**
     * Writes or replaces a file.
     *
     * @throws ResourceException if the disk has no room for it
     */
    public static void write(
            Path target, GgufMetadata metadata, List<? extends Content> contents, ExportListener listener) {
        List<GgufTensor> tensors = placed(contents);
        byte[] header = header(metadata, tensors);
        long bytes = header.length
                + tensors.stream()
                        .mapToLong(tensor -> aligned(tensor.byteLength()))
                        .sum();
        try (AtomicFile file = AtomicFile.create(target, bytes)) {
            file.write(ByteBuffer.wrap(header));
            for (int i = 0; i < tensors.size(); i++) {
                listener.tensor(contents.get(i).name());
                write(file, tensors.get(i), contents.get(i));
            }
            file.commit();
        }
    }

    private static List<GgufTensor> placed(List<? extends Content> contents) {
        List<GgufTensor> tensors = new ArrayList<>();
        long offset = 0;
        for (Content content : contents) {
            GgufTensor tensor = new GgufTensor(content.name(), content.type(), content.shape(), offset);
            if (!tensor.type().fits(tensor.rowLength())) {
                throw new InternalException(tensor + " has rows that are not whole blocks");
            }
            tensors.add(tensor);
            offset += aligned(tensor.byteLength());
        }
        return tensors;
    }

    private static long aligned(long length) {
        return (length + GgufHeader.ALIGNMENT - 1) / GgufHeader.ALIGNMENT * GgufHeader.ALIGNMENT;
    }

    private static void write(AtomicFile file, GgufTensor tensor, Content content) {
        long rowLength = Math.max(1, tensor.rowLength());
        BlockCodec codec = tensor.type().codec();
        int atOnce = (int) Math.max(1, PIECE / rowLength);
        for (long row = 0; row < tensor.rows(); row += atOnce) {
            int count = (int) Math.min(atOnce, tensor.rows() - row);
            file.write(ByteBuffer.wrap(encode(codec, content.rows(row, count))));
        }
        file.write(ByteBuffer.allocate((int) (aligned(tensor.byteLength()) - tensor.byteLength())));
    }

    private static byte[] encode(BlockCodec codec, float[] values) {
        int blocks = values.length / codec.elements();
        byte[] bytes = new byte[blocks * codec.bytes()];
        int part = Math.max(1, 4096 / codec.elements());
        IntStream.range(0, (blocks + part - 1) / part).parallel().forEach(i -> {
            for (int block = i * part; block < Math.min(blocks, (i + 1) * part); block++) {
                codec.encode(values, block * codec.elements(), bytes, block * codec.bytes());
            }
        });
        return bytes;
    }

    private static byte[] header(GgufMetadata metadata, List<GgufTensor> tensors) {
        Output out = new Output();
        out.int32(GgufHeader.MAGIC);
        out.int32(GgufHeader.VERSION);
        out.int64(tensors.size());
        out.int64(metadata.values().size());
        for (Map.Entry<String, GgufValue> entry : metadata.values().entrySet()) {
            out.text(entry.getKey());
            GgufValue value = entry.getValue();
            if (value.array()) {
                out.int32(Kind.ARRAY.ordinal());
                out.int32(value.kind().ordinal());
                List<?> items = (List<?>) value.value();
                out.int64(items.size());
                items.forEach(item -> out.scalar(value.kind(), item));
            } else {
                out.int32(value.kind().ordinal());
                out.scalar(value.kind(), value.value());
            }
        }
        for (GgufTensor tensor : tensors) {
            out.text(tensor.name());
            out.int32(tensor.shape().size());
            for (int i = tensor.shape().size() - 1; i >= 0; i--) {
                out.int64(tensor.shape().get(i));
            }
            out.int32(tensor.type().number());
            out.int64(tensor.offset());
        }
        out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
        return out.toByteArray();
    }

    /** Appends numbers, little-endian. */
    private static final class Output extends ByteArrayOutputStream {
        void int32(int value) {
            writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        void int64(long value) {
            writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        void text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int64(bytes.length);
            writeBytes(bytes);
        }

        void scalar(Kind kind, Object value) {
            switch (kind) {
                case UINT8, INT8 -> write(((Number) value).intValue());
                case BOOL -> write((Boolean) value ? 1 : 0);
                case UINT16, INT16 -> {
                    write(((Number) value).intValue());
                    write(((Number) value).intValue() >> 8);
                }
                case UINT32, INT32 -> int32(((Number) value).intValue());
                case FLOAT32 -> int32(Float.floatToRawIntBits(((Number) value).floatValue()));
                case UINT64, INT64 -> int64(((Number) value).longValue());
                case FLOAT64 -> int64(Double.doubleToRawLongBits(((Number) value).doubleValue()));
                case STRING -> text((String) value);
                case ARRAY -> throw new InternalException("arrays of arrays are not written");
            }
        }
    }
}
