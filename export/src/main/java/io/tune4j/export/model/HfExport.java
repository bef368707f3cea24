// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.adapter.LowRank;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.files.StoredRows;
import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.gguf.blocks.BlockCodec;
import io.tune4j.generation.PromptFormFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes a model with an adapter merged in fp32 as a folder in Hugging Face's format, with the base's files and names. */
public final class HfExport {
    private static final List<String> WEIGHTS =
            List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".index.json");

    private static final int PIECE = 1 << 22;

    private HfExport() {}

    /**
     * Writes or replaces a folder.
     *
     * @param adapter null for the model as it is
     * @param dtype of all floating weights; null for that of the base
     * @param form how the model is asked
     * @param listener is told of each tensor
     */
    public static void write(
            Path target,
            HfModel model,
            @Nullable AdapterFolder adapter,
            @Nullable DType dtype,
            PromptForm form,
            ExportListener listener) {
        Map<String, LowRank> updates = new TreeMap<>();
        if (adapter != null) {
            adapter.modules().forEach((module, update) -> updates.put(weight(model, module), update));
        }
        AtomicFiles.writeDirectory(target, folder -> {
            List<Path> files = model.weights().files();
            ObjectNode places = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < files.size(); i++) {
                String name = files.size() == 1
                        ? "model.safetensors"
                        : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, files.size());
                for (TensorSpec spec :
                        writeShard(folder.resolve(name), model, files.get(i), updates, dtype, listener)) {
                    places.put(spec.name(), name);
                }
            }
            if (files.size() > 1) {
                ObjectNode index = JsonNodeFactory.instance.objectNode();
                index.putObject("metadata");
                index.set("weight_map", places);
                Files.writeString(folder.resolve("model.safetensors.index.json"), index.toPrettyString());
            }
            copyCompanions(model.folder(), folder);
            PromptFormFile.write(folder, form);
        });
    }

    /** The weight of an adapted module; published models for text and images have names that transformers has renamed since. */
    private static String weight(HfModel model, String module) {
        return Stream.of(module, module.replaceFirst("^model\\.language_model\\.", "language_model.model."))
                .map(name -> name + ".weight")
                .filter(model.weights().entries()::containsKey)
                .findFirst()
                .orElseThrow(() -> new DataException("the adapter changes " + module + ", which " + model.folder()
                        + " does not have; name the base model that it was trained on with --base"));
    }

    private static List<TensorSpec> writeShard(
            Path target,
            HfModel model,
            Path file,
            Map<String, LowRank> updates,
            @Nullable DType dtype,
            ExportListener listener) {
        List<TensorSpec> specs = new ArrayList<>();
        for (TensorEntry entry : model.weights().entries().values()) {
            if (entry.file().equals(file)) {
                DType own = entry.dtype();
                specs.add(new TensorSpec(entry.name(), dtype != null && own.isFloating() ? dtype : own, entry.shape()));
            }
        }
        SafetensorsWriter.write(target, specs, Map.of("format", "pt"), (spec, sink) -> {
            listener.tensor(spec.name());
            TensorEntry entry = model.weights().entry(spec.name());
            LowRank update = updates.get(spec.name());
            if (spec.dtype() == entry.dtype() && update == null) {
                copy(model, entry, sink);
            } else {
                convert(model, entry, update, codec(spec.dtype()), sink);
            }
        });
        return specs;
    }

    private static BlockCodec codec(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> GgufType.F32.codec();
            case FLOAT16 -> GgufType.F16.codec();
            case BFLOAT16 -> GgufType.BF16.codec();
            default -> throw new DataException("a merged model can be in bf16, fp16 or fp32, not in " + dtype);
        };
    }

    private static void copy(HfModel model, TensorEntry entry, Consumer<ByteBuffer> sink) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, Math.max(1, entry.byteLength())));
        for (long offset = 0; offset < entry.byteLength(); offset += piece.capacity()) {
            piece.clear().limit((int) Math.min(piece.capacity(), entry.byteLength() - offset));
            model.weights().read(entry, offset, piece);
            sink.accept(piece.flip());
        }
    }

    private static void convert(
            HfModel model, TensorEntry entry, @Nullable LowRank update, BlockCodec codec, Consumer<ByteBuffer> sink) {
        long[] shape = entry.shape();
        int length = shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
        long rows = 1;
        for (int i = 0; i < shape.length - 1; i++) {
            rows *= shape[i];
        }
        int atOnce = Math.max(1, PIECE / Math.max(1, length));
        for (long row = 0; row < rows; row += atOnce) {
            int count = (int) Math.min(atOnce, rows - row);
            long first = row;
            float[] values = StoredRows.of(model.weights(), entry, row, count);
            if (update != null) {
                IntStream.range(0, count).parallel().forEach(i -> update.merge((int) first + i, values, i * length));
            }
            byte[] bytes = new byte[values.length * codec.bytes()];
            for (int i = 0; i < values.length; i++) {
                codec.encode(values, i, bytes, i * codec.bytes());
            }
            sink.accept(ByteBuffer.wrap(bytes));
        }
    }

    private static void copyCompanions(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(HfExport::isCompanion).toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }

    private static boolean isCompanion(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !name.startsWith(".")
                && WEIGHTS.stream().noneMatch(name::endsWith);
    }
}
