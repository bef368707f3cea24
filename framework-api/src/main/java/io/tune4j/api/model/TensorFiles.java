// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.io.Staging;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/** Tensors to safetensors files; {@link CheckpointWeights} reads them back. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TensorFiles {
    /** The metadata that transformers expects. */
    public static final Map<String, String> METADATA = Map.of("format", "pt");

    private TensorFiles() {}

    /** Tensors by name to a file, which appears complete or not at all. */
    public static void write(Path file, Map<String, Tensor> tensors) {
        List<TensorSpec> specs = tensors.entrySet().stream()
                .map(entry -> new TensorSpec(
                        entry.getKey(),
                        entry.getValue().dtype(),
                        entry.getValue().shape()))
                .toList();
        SafetensorsWriter.write(
                file,
                specs,
                METADATA,
                (spec, sink) -> copy(Objects.requireNonNull(tensors.get(spec.name()), spec.name()), sink));
    }

    /** A contiguous tensor's bytes, piece by piece. */
    public static void copy(Tensor tensor, Consumer<ByteBuffer> sink) {
        long bytes = tensor.byteSize();
        ByteBuffer piece = piece(bytes);
        for (long offset = 0; offset < bytes; offset += piece.capacity()) {
            piece.clear().limit((int) Math.min(piece.capacity(), bytes - offset));
            tensor.kernels().read(tensor.array(), offset, piece);
            sink.accept(piece.flip());
        }
    }

    /** A buffer for parts of something of the given size. */
    public static ByteBuffer piece(long bytes) {
        return Staging.buffer(bytes);
    }
}
