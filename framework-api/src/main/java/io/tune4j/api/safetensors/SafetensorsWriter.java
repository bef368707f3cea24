// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Writes a safetensors file while holding at most the caller's one buffer: the tensors are declared, then their bytes
 * are handed over in {@link #order}. The file is byte for byte what the reference implementation writes, and appears
 * under its name only when {@link #finish} has made it durable. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (SafetensorsWriter writer = SafetensorsWriter.create(path, specs, Map.of("format", "pt"))) {
 *     for (TensorSpec tensor : writer.order()) {
 *         writer.write(tensor.name(), bytesOf(tensor));
 *     }
 *     writer.finish();
 * }
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SafetensorsWriter implements AutoCloseable {
    private final AtomicFile file;
    private final List<TensorSpec> order;
    private final Iterator<TensorSpec> pending;
    private @Nullable TensorSpec current;
    private long missing;

    private SafetensorsWriter(AtomicFile file, List<TensorSpec> order) {
        this.file = file;
        this.order = order;
        this.pending = order.iterator();
        advance();
    }

    /** Gives the bytes of one tensor at a time. */
    @FunctionalInterface
    public interface TensorSource {
        /** Hands all bytes of the tensor, little-endian and row by row, to the sink, in one buffer or several. */
        void write(TensorSpec tensor, Consumer<ByteBuffer> sink);
    }

    /**
     * Starts a file beside its target.
     *
     * @param target where the file will be; its directory must exist
     * @param tensors what it will contain, in any order
     * @param metadata text for the header, sorted there by key; peft and transformers write {@code format: pt}
     * @throws ResourceException if the disk has no room for it
     * @throws UserException if the directory is missing or not writable
     * @throws InternalException if a name is declared twice or cannot be stored
     */
    public static SafetensorsWriter create(Path target, Collection<TensorSpec> tensors, Map<String, String> metadata) {
        List<TensorSpec> order = HeaderText.order(tensors);
        ByteBuffer header = HeaderText.write(order, metadata);
        AtomicFile file = AtomicFile.create(target, size(order, header));
        boolean done = false;
        try {
            file.write(header);
            SafetensorsWriter writer = new SafetensorsWriter(file, order);
            done = true;
            return writer;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** The exact size of a file with these tensors, header included. */
    public static long fileBytes(Collection<TensorSpec> tensors, Map<String, String> metadata) {
        List<TensorSpec> order = HeaderText.order(tensors);
        return size(order, HeaderText.write(order, metadata));
    }

    private static long size(List<TensorSpec> tensors, ByteBuffer header) {
        return header.remaining()
                + tensors.stream().mapToLong(TensorSpec::byteLength).sum();
    }

    /** Writes a whole file, asking for each tensor's bytes when its turn comes. */
    public static void write(
            Path target, Collection<TensorSpec> tensors, Map<String, String> metadata, TensorSource source) {
        try (SafetensorsWriter writer = create(target, tensors, metadata)) {
            for (TensorSpec tensor : writer.order()) {
                source.write(tensor, bytes -> writer.write(tensor.name(), bytes));
            }
            writer.finish();
        }
    }

    /** The order in which the bytes must come: by decreasing alignment of the dtype, then by name. */
    public List<TensorSpec> order() {
        return order;
    }

    /**
     * Appends bytes of a tensor, all of them or the next part.
     *
     * @throws InternalException if it is another tensor's turn or these are more bytes than it has
     */
    public void write(String name, ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        TensorSpec turn = current;
        if (turn == null || !turn.name().equals(name)) {
            throw new InternalException("bytes of tensor '" + name + "' came when " + file.target() + " needed "
                    + (turn == null ? "none" : "those of '" + turn.name() + "'"));
        }
        if (bytes.remaining() > missing) {
            throw new InternalException("tensor " + turn + " has " + turn.byteLength() + " bytes, but "
                    + (turn.byteLength() - missing + bytes.remaining()) + " were written");
        }
        missing -= bytes.remaining();
        file.write(bytes);
        if (missing == 0) {
            advance();
        }
    }

    /**
     * Makes the file durable and gives it its name.
     *
     * @throws InternalException if bytes are missing
     */
    public void finish() {
        if (current != null) {
            throw new InternalException("tensor " + current + " lacks " + missing + " of its " + current.byteLength()
                    + " bytes in " + file.target());
        }
        file.commit();
    }

    /** Deletes what was written, unless the file was finished. */
    @Override
    public void close() {
        file.close();
    }

    // Empty tensors have no turn.
    private void advance() {
        current = null;
        while (current == null && pending.hasNext()) {
            TensorSpec next = pending.next();
            missing = next.byteLength();
            current = missing > 0 ? next : null;
        }
    }
}
