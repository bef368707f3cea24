package io.tune4j.recipes.checkpoint;

import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Base model and adapter as one checkpoint with the base's files, names, dtypes and shards, which transformers loads
 * without knowing of adapters. One weight is in memory at a time.
 */
public final class MergedCheckpoint {
    /** Weights in any format; the rest of a model's folder is small and is copied. */
    private static final List<String> WEIGHT_FILES =
            List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx");

    private MergedCheckpoint() {}

    /** Bytes that {@link #write} will need. */
    public static long bytes(Checkpoint base) {
        return base.byteLength();
    }

    /**
     * Writes or replaces a folder.
     *
     * @param base the base model's weights
     * @param baseDirectory its folder, whose config and tokenizer files are copied
     */
    public static void write(Path target, Checkpoint base, Path baseDirectory, Adapter adapter, ArrayKernels kernels) {
        AtomicFiles.writeDirectory(target, folder -> {
            for (Path file : base.files()) {
                List<TensorEntry> entries = base.entries().values().stream()
                        .filter(entry -> entry.file().equals(file))
                        .toList();
                writeShard(folder.resolve(file.getFileName().toString()), base, entries, adapter, kernels);
            }
            copyCompanions(baseDirectory, folder);
        });
    }

    private static void writeShard(
            Path target, Checkpoint base, List<TensorEntry> entries, Adapter adapter, ArrayKernels kernels) {
        List<TensorSpec> specs = entries.stream()
                .map(entry -> new TensorSpec(entry.name(), entry.dtype(), entry.shape()))
                .toList();
        SafetensorsWriter.write(target, specs, TensorFiles.METADATA, (spec, sink) -> {
            if (adapter.adapts(spec.name())) {
                merge(spec, base, adapter, kernels, sink);
            } else {
                copy(base, base.entry(spec.name()), sink);
            }
        });
    }

    private static void merge(
            TensorSpec spec, Checkpoint base, Adapter adapter, ArrayKernels kernels, Consumer<ByteBuffer> sink) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = new CheckpointWeights(base).load(kernels, spec.name(), DType.FLOAT32);
            TensorFiles.copy(adapter.merge(spec.name(), weight).cast(spec.dtype()), sink);
        }
    }

    private static void copy(Checkpoint base, TensorEntry entry, Consumer<ByteBuffer> sink) {
        ByteBuffer piece = TensorFiles.piece(entry.byteLength());
        for (long offset = 0; offset < entry.byteLength(); offset += piece.capacity()) {
            piece.clear().limit((int) Math.min(piece.capacity(), entry.byteLength() - offset));
            base.read(entry, offset, piece);
            sink.accept(piece.flip());
        }
    }

    private static void copyCompanions(Path from, Path to) throws IOException {
        try (Stream<Path> found = Files.list(from)) {
            for (Path file : found.filter(MergedCheckpoint::isCompanion).toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private static boolean isCompanion(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean hidden = name.startsWith(".");
        return Files.isRegularFile(file) && !hidden && WEIGHT_FILES.stream().noneMatch(name::endsWith);
    }
}
