// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model in Hugging Face's layout: {@code model.safetensors}, or several files of at most 5 GB with an index, beside {@code config.json}
 * and the tokenizer's files.
 */
public final class ModelFolder {
    /** The metadata of the weight files. */
    public static final Map<String, String> METADATA = TensorFiles.METADATA;

    /** The size of a file of transformers' {@code save_pretrained}. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String CONFIG = "config.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    public ModelFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes a model into the folder, which exists.
     *
     * @param tensors the weights by their names, all of one dtype
     * @param companions the base model's folder, whose config and tokenizer files are copied
     * @param tied whether the model's output projection is the embedding
     */
    public void write(Map<String, Tensor> tensors, Path companions, boolean tied) {
        try {
            MergedCheckpoint.copyCompanions(companions, folder);
            Files.deleteIfExists(folder.resolve(INDEX));
            describe(tensors.values().iterator().next().dtype(), tied);
            List<Map<String, Tensor>> shards = shards(tensors, SHARD_BYTES);
            for (int i = 0; i < shards.size(); i++) {
                TensorFiles.write(folder.resolve(name(i, shards.size())), shards.get(i));
            }
            if (shards.size() > 1) {
                writeIndex(shards);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The weights in their order, in as many files as they need. */
    static List<Map<String, Tensor>> shards(Map<String, Tensor> tensors, long most) {
        List<Map<String, Tensor>> shards = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
            long own = each.getValue().byteSize();
            if (shards.isEmpty() || bytes + own > most) {
                shards.add(new LinkedHashMap<>());
                bytes = 0;
            }
            shards.get(shards.size() - 1).put(each.getKey(), each.getValue());
            bytes += own;
        }
        return shards;
    }

    private static String name(int shard, int shards) {
        return shards == 1 ? SINGLE : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards);
    }

    private void writeIndex(List<Map<String, Tensor>> shards) throws IOException {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        long bytes = shards.stream()
                .flatMap(shard -> shard.values().stream())
                .mapToLong(Tensor::byteSize)
                .sum();
        index.putObject("metadata").put("total_size", bytes);
        ObjectNode map = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String file = name(i, shards.size());
            shards.get(i).keySet().forEach(weight -> map.put(weight, file));
        }
        Files.writeString(folder.resolve(INDEX), index.toPrettyString());
    }

    /** The copied config names the dtype of these weights, under the keys of transformers 4 and 5. */
    private void describe(DType dtype, boolean tied) throws IOException {
        Path file = folder.resolve(CONFIG);
        if (Files.exists(file) && JsonFiles.read(file) instanceof ObjectNode config) {
            config.put(config.has("dtype") ? "dtype" : "torch_dtype", torchName(dtype));
            if (!tied && config.path("tie_word_embeddings").asBoolean()) {
                config.put("tie_word_embeddings", false);
            }
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
        }
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case BFLOAT16 -> "bfloat16";
            case FLOAT64 -> "float64";
            default -> "float32";
        };
    }

    /**
     * Opens the weights, without other files of the folder.
     *
     * @throws DataException if there are none
     */
    public Checkpoint open() {
        try (Stream<Path> found = Files.list(folder)) {
            List<Path> files = found.filter(ModelFolder::isWeights).sorted().toList();
            if (files.isEmpty()) {
                throw new DataException("there are no weights of a model in " + folder + " (no " + SINGLE + ")");
            }
            return Checkpoint.open(files);
        } catch (IOException e) {
            throw new DataException("cannot look into " + folder + ": " + e.getMessage(), e);
        }
    }

    private static boolean isWeights(Path file) {
        String name = file.getFileName().toString();
        return name.equals(SINGLE) || name.matches("model-\\d+-of-\\d+\\.safetensors");
    }
}
