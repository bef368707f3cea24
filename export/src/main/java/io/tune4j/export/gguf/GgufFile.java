// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.export.gguf.blocks.BlockCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/** An open GGUF file of version 2 or 3, little-endian. Safe for use by several threads. */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final GgufHeader header;

    private GgufFile(Path path, FileChannel channel, GgufHeader header) {
        this.path = path;
        this.channel = channel;
        this.header = header;
    }

    /**
     * Opens a file and checks its list of keys and tensors against its length.
     *
     * @throws UserException if it is missing, damaged or of a kind that is not read here; the message names what is wrong
     */
    public static GgufFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new DataException(
                    path + (Files.exists(path) ? " is not a file" : " does not exist") + "; check the path");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            boolean done = false;
            try {
                GgufFile file = new GgufFile(path, channel, GgufHeader.read(path, channel));
                done = true;
                return file;
            } finally {
                if (!done) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    public Path path() {
        return path;
    }

    public GgufMetadata metadata() {
        return header.metadata();
    }

    /** The tensors by name, sorted. */
    public Map<String, GgufTensor> tensors() {
        return Collections.unmodifiableMap(header.tensors());
    }

    /**
     * Decodes rows of a tensor.
     *
     * @param first the first row
     * @param count how many, together at most 2^31 - 1 elements
     * @return their elements, row by row, in fp32
     * @throws UserException if the file became shorter since it was opened
     */
    public float[] rows(GgufTensor tensor, long first, int count) {
        if (first < 0 || count < 0 || first + count > tensor.rows()) {
            throw new InternalException("rows " + first + " to " + (first + count) + " of " + tensor);
        }
        BlockCodec codec = tensor.type().codec();
        long rowBytes = tensor.type().byteLength(tensor.rowLength());
        byte[] bytes = new byte[Math.toIntExact(rowBytes * count)];
        read(header.dataAt() + tensor.offset() + first * rowBytes, ByteBuffer.wrap(bytes), tensor);
        float[] values = new float[Math.toIntExact(tensor.rowLength() * count)];
        for (int at = 0, from = 0; at < values.length; at += codec.elements(), from += codec.bytes()) {
            codec.decode(bytes, from, values, at);
        }
        return values;
    }

    private void read(long position, ByteBuffer into, GgufTensor tensor) {
        try {
            long at = position;
            while (into.hasRemaining()) {
                int count = channel.read(into, at);
                if (count <= 0) {
                    throw new DataException(path + " became shorter while it was being read: tensor '" + tensor.name()
                            + "' ends before byte " + at + "; do not change the file meanwhile");
                }
                at += count;
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static ResourceException unreadable(Path path, IOException e) {
        return new ResourceException(
                "cannot read " + path + ": " + e.getMessage() + "; check its permissions and its disk", e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }
}
