// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.DataException;
import io.tune4j.export.gguf.GgufValue.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The list of keys and tensors at a file's beginning. Every length is held against what is left of the file before anything is
 * allocated for it.
 *
 * @param dataAt where the tensors' data begins
 */
record GgufHeader(GgufMetadata metadata, Map<String, GgufTensor> tensors, long dataAt) {
    /** {@code GGUF} in ASCII, little-endian. */
    static final int MAGIC = 0x46554747;

    static final int VERSION = 3;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int ALIGNMENT = 32;

    /** A list of keys and tensors is some megabytes long; beyond this it is not one. */
    static final int MOST_BYTES = 256 << 20;

    private static final int OLDEST_VERSION = 2;
    private static final int MOST_DIMENSIONS = 4;
    private static final int MOST_DEPTH = 4;
    private static final int LEAST_ENTRY = 13;
    private static final int LEAST_TENSOR = 24;

    static GgufHeader read(Path path, FileChannel channel) throws IOException {
        GgufInput in = new GgufInput(path, channel);
        if (in.remaining() < Integer.BYTES || in.int32() != MAGIC) {
            throw new DataException(path + " is not a GGUF file: it does not begin with GGUF; check the path");
        }
        int version = in.int32();
        if (version < OLDEST_VERSION || version > VERSION) {
            boolean swapped = Integer.reverseBytes(version) == VERSION;
            throw new DataException(path + " is a GGUF file "
                    + (swapped ? "for big-endian machines" : "of version " + Integer.toUnsignedString(version))
                    + "; versions 2 and 3, little-endian, are read here. Convert the model again with a newer program");
        }
        long tensorCount = in.int64();
        long keyCount = in.int64();
        requireRoom(in, "keys", keyCount, LEAST_ENTRY);
        requireRoom(in, "tensors", tensorCount, LEAST_TENSOR);
        GgufMetadata metadata = new GgufMetadata();
        for (long i = 0; i < keyCount; i++) {
            String key = in.text();
            if (metadata.has(key)) {
                throw in.broken("the key '" + key + "' is there twice");
            }
            metadata.put(key, value(in, kind(in)));
        }
        Map<String, GgufTensor> tensors = new TreeMap<>();
        for (long i = 0; i < tensorCount; i++) {
            GgufTensor tensor = tensor(in, path);
            if (tensors.put(tensor.name(), tensor) != null) {
                throw in.broken("the tensor '" + tensor.name() + "' is there twice");
            }
        }
        long alignment = metadata.integer(ALIGNMENT_KEY, ALIGNMENT);
        if (alignment < Long.BYTES || alignment % Long.BYTES != 0 || alignment > MOST_BYTES) {
            throw in.broken("its alignment is " + alignment);
        }
        long dataAt = (in.position() + alignment - 1) / alignment * alignment;
        for (GgufTensor tensor : tensors.values()) {
            if (tensor.offset() % alignment != 0
                    || tensor.offset() < 0
                    || tensor.offset() > channel.size() - dataAt - tensor.byteLength()) {
                throw in.broken(
                        "tensor '" + tensor.name() + "' should have " + tensor.byteLength() + " bytes from byte "
                                + tensor.offset() + " of the data, which has "
                                + Math.max(0, channel.size() - dataAt));
            }
        }
        return new GgufHeader(metadata, tensors, dataAt);
    }

    private static void requireRoom(GgufInput in, String what, long count, int leastBytes) {
        if (count < 0 || count > in.remaining() / leastBytes) {
            throw in.broken(
                    "it claims to have " + Long.toUnsignedString(count) + " " + what + ", for which it is too short");
        }
        if (in.position() > MOST_BYTES) {
            throw in.broken("its list of keys is longer than " + MOST_BYTES + " bytes");
        }
    }

    private static Kind kind(GgufInput in) throws IOException {
        int number = in.int32();
        if (number < 0 || number >= Kind.values().length) {
            throw in.broken("a value before byte " + in.position() + " has type " + Integer.toUnsignedString(number)
                    + ", which there is not");
        }
        return Kind.values()[number];
    }

    private static GgufValue value(GgufInput in, Kind kind) throws IOException {
        if (kind != Kind.ARRAY) {
            return GgufValue.of(kind, scalar(in, kind));
        }
        Kind element = kind(in);
        return new GgufValue(element, true, array(in, element, 1));
    }

    private static Object scalar(GgufInput in, Kind kind) throws IOException {
        return switch (kind) {
            case UINT8 -> (long) (in.int8() & 0xff);
            case INT8 -> (long) in.int8();
            case UINT16 -> (long) (in.int16() & 0xffff);
            case INT16 -> (long) in.int16();
            case UINT32 -> Integer.toUnsignedLong(in.int32());
            case INT32 -> (long) in.int32();
            case FLOAT32 -> (double) Float.intBitsToFloat(in.int32());
            case BOOL -> in.int8() != 0;
            case STRING -> in.text();
            case UINT64, INT64 -> in.int64();
            case FLOAT64 -> Double.longBitsToDouble(in.int64());
            case ARRAY -> throw in.broken("an array stands where a value belongs");
        };
    }

    private static List<Object> array(GgufInput in, Kind element, int depth) throws IOException {
        long length = in.int64();
        requireRoom(in, "elements of an array", length, element.leastBytes());
        if (depth > MOST_DEPTH) {
            throw in.broken("arrays are nested more than " + MOST_DEPTH + " deep");
        }
        List<Object> items = new ArrayList<>((int) Math.min(length, 1 << 16));
        for (long i = 0; i < length; i++) {
            if (in.position() > MOST_BYTES) {
                throw in.broken("its list of keys is longer than " + MOST_BYTES + " bytes");
            }
            items.add(element == Kind.ARRAY ? array(in, kind(in), depth + 1) : scalar(in, element));
        }
        return items;
    }

    private static GgufTensor tensor(GgufInput in, Path path) throws IOException {
        String name = in.text();
        int dimensions = in.int32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw in.broken("tensor '" + name + "' has " + Integer.toUnsignedString(dimensions) + " dimensions");
        }
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        for (int i = 0; i < dimensions; i++) {
            long length = in.int64();
            if (length < 0 || length > 0 && elements > (1L << 48) / length) {
                throw in.broken("tensor '" + name + "' has a dimension of " + Long.toUnsignedString(length));
            }
            elements *= length;
            shape.add(0, length);
        }
        int number = in.int32();
        long offset = in.int64();
        GgufType type = GgufType.numbered(number)
                .orElseThrow(() -> new DataException(path + ": tensor '" + name + "' is stored as "
                        + GgufType.describe(number) + "; read here are " + GgufType.names()
                        + ". Take a file of the model in one of these, Q8_0 for example"));
        GgufTensor tensor = new GgufTensor(name, type, shape, offset);
        if (!type.fits(tensor.rowLength())) {
            throw in.broken("tensor '" + name + "' has rows of " + tensor.rowLength() + " elements, and blocks of "
                    + type + " have " + type.codec().elements());
        }
        return tensor;
    }
}
