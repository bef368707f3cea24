// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.generation.PromptFormFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Base model and adapter as one checkpoint with the base's files, names, dtypes and shards, which transformers loads
 * without knowing of adapters. One weight is in memory at a time.
 */
public final class MergedCheckpoint {
    /** Weights in any format; the rest of a model's folder is small and is copied. */
    private static final List<String> WEIGHT_FILES =
            List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx");

    private static final String SAFETENSORS = ".safetensors";
    private static final Pattern TORCH_SHARD = Pattern.compile("pytorch_model(-\\d+-of-\\d+)\\.bin");

    private static final String CONFIG = "config.json";
    private static final Pattern DTYPE = Pattern.compile("(\"(?:torch_)?dtype\"\\s*:\\s*\")[a-z0-9]+");
    private static final Pattern TIED = Pattern.compile("(\"tie_word_embeddings\"\\s*:\\s*)true\\b");

    private MergedCheckpoint() {}

    /**
     * Bytes that {@link #write} will need.
     *
     * @param dtype of floating weights; null for that of the base
     */
    public static long bytes(Checkpoint base, @Nullable DType dtype) {
        return base.entries().values().stream()
                .mapToLong(entry -> spec(entry, dtype).byteLength())
                .sum();
    }

    private static TensorSpec spec(TensorEntry entry, @Nullable DType dtype) {
        DType written = dtype != null && entry.dtype().isFloating() ? dtype : entry.dtype();
        return new TensorSpec(entry.name(), written, entry.shape());
    }

    /**
     * Writes or replaces a folder.
     *
     * @param base the base model's files
     * @param weights what their projections' values are, for the adapter to be added to: theirs, or those of a quantized form
     * @param baseDirectory its folder, whose config and tokenizer files are copied
     * @param tied whether the model's output projection is the embedding
     * @param dtype of floating weights; null for that of the base
     * @param form how the merged model is to be asked
     * @param check called when all is read, before the folder gets its name; throws if the base is not what it was
     */
    public static void write(
            Path target,
            Checkpoint base,
            WeightSource weights,
            Path baseDirectory,
            Adapter adapter,
            ArrayKernels kernels,
            boolean tied,
            @Nullable DType dtype,
            PromptForm form,
            Runnable check) {
        Merge merge = new Merge(base, weights, adapter, kernels);
        AtomicFiles.writeDirectory(target, folder -> {
            for (Path file : base.files()) {
                List<TensorEntry> entries = base.entries().values().stream()
                        .filter(entry -> entry.file().equals(file))
                        .toList();
                writeShard(folder.resolve(shardName(file, base.files().size())), entries, dtype, merge);
            }
            copyCompanions(baseDirectory, folder);
            PromptFormFile.write(folder, form);
            if (!tied) {
                change(folder.resolve(CONFIG), TIED, "$1false");
            }
            if (dtype != null) {
                change(folder.resolve(CONFIG), DTYPE, "$1" + dtype.name().toLowerCase(Locale.ROOT));
            }
            if (base.files().size() > 1 && !isSafetensors(base)) {
                writeIndex(folder, base, dtype);
            }
            check.run();
        });
    }

    private static boolean isSafetensors(Checkpoint base) {
        return base.files().stream().allMatch(file -> file.toString().endsWith(SAFETENSORS));
    }

    /** A base in another format gets the names that transformers looks for. */
    private static String shardName(Path file, int files) {
        String name = file.getFileName().toString();
        if (name.endsWith(SAFETENSORS)) {
            return name;
        }
        Matcher shard = TORCH_SHARD.matcher(name);
        return files == 1 || !shard.matches() ? "model" + SAFETENSORS : "model" + shard.group(1) + SAFETENSORS;
    }

    private static void writeIndex(Path folder, Checkpoint base, @Nullable DType dtype) throws IOException {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes(base, dtype));
        ObjectNode map = index.putObject("weight_map");
        base.entries()
                .values()
                .forEach(entry -> map.put(
                        entry.name(), shardName(entry.file(), base.files().size())));
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toPrettyString());
    }

    /** The sources of each merged tensor. */
    private record Merge(Checkpoint base, WeightSource weights, Adapter adapter, ArrayKernels kernels) {
        void write(TensorSpec spec, Consumer<ByteBuffer> sink) {
            boolean converted = spec.dtype() != base.entry(spec.name()).dtype();
            if (!converted && !adapter.adapts(spec.name()) && !isComputedOtherwise(spec)) {
                copy(base, base.entry(spec.name()), sink);
                return;
            }
            try (TensorScope scope = TensorScope.open()) {
                Tensor weight = weights.load(kernels, spec.name(), DType.FLOAT32);
                Tensor merged = adapter.adapts(spec.name()) ? adapter.merge(spec.name(), weight) : weight;
                TensorFiles.copy(merged.cast(spec.dtype()), sink);
            }
        }

        /** Projections without an adapter were quantized too. */
        private boolean isComputedOtherwise(TensorSpec spec) {
            return weights.isRounded(spec.name());
        }
    }

    private static void writeShard(Path target, List<TensorEntry> entries, @Nullable DType dtype, Merge merge) {
        List<TensorSpec> specs =
                entries.stream().map(entry -> spec(entry, dtype)).toList();
        SafetensorsWriter.write(target, specs, TensorFiles.METADATA, merge::write);
    }

    private static void copy(Checkpoint base, TensorEntry entry, Consumer<ByteBuffer> sink) {
        ByteBuffer piece = TensorFiles.piece(entry.byteLength());
        for (long offset = 0; offset < entry.byteLength(); offset += piece.capacity()) {
            piece.clear().limit((int) Math.min(piece.capacity(), entry.byteLength() - offset));
            base.read(entry, offset, piece);
            sink.accept(piece.flip());
        }
    }

    static void copyCompanions(Path from, Path to) throws IOException {
        for (Path file : companions(from)) {
            try {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            } catch (NoSuchFileException | AccessDeniedException e) {
                if (file.toString().equals(e.getFile())) {
                    throw unreadable(file, e);
                }
                throw e;
            }
        }
    }

    private static List<Path> companions(Path base) {
        try (Stream<Path> found = Files.list(base)) {
            return found.filter(MergedCheckpoint::isCompanion).toList();
        } catch (IOException e) {
            throw unreadable(base, e);
        }
    }

    /** The base's fault, which else would look like the output folder's. */
    private static DataException unreadable(Path path, IOException e) {
        return new DataException(
                "the merged model needs " + path + " of the base model, which "
                        + (e instanceof NoSuchFileException
                                ? "was deleted during the run"
                                : "cannot be read: " + e.getMessage())
                        + "; put it back, and resume_from_checkpoint=True makes the merged model",
                e);
    }

    /**
     * Changes config.json: transformers 4 would tie the two projections where it says so, whatever is stored of the output's, and
     * transformers 5 loads in the dtype that it names.
     */
    private static void change(Path config, Pattern pattern, String replacement) throws IOException {
        if (Files.exists(config)) {
            String text = Files.readString(config);
            String changed = pattern.matcher(text).replaceAll(replacement);
            if (!changed.equals(text)) {
                Files.writeString(config, changed);
            }
        }
    }

    private static boolean isCompanion(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean hidden = name.startsWith(".");
        boolean index = name.endsWith(".index.json") && !name.equals("model.safetensors.index.json");
        return Files.isRegularFile(file)
                && !hidden
                && !index
                && WEIGHT_FILES.stream().noneMatch(name::endsWith);
    }
}
