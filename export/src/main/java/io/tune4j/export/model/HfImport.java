// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.gguf.GgufFile;
import io.tune4j.export.gguf.GgufMetadata;
import io.tune4j.export.gguf.GgufTensor;
import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.gguf.blocks.BlockCodec;
import io.tune4j.export.tokenizer.AskingTemplate;
import io.tune4j.export.tokenizer.HfTokenizerFiles;
import io.tune4j.generation.PromptFormFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the model of a GGUF file as a folder in Hugging Face's format, so that it can be trained: weights, config.json, and the
 * tokenizer with its chat template.
 */
public final class HfImport {
    private static final String FACTORS = "rope_freqs.weight";

    /** What config.json says of positions is computed again. */
    private static final Set<String> COMPUTED =
            Set.of(FACTORS, "rope_factors_long.weight", "rope_factors_short.weight");

    private static final int PIECE = 1 << 22;

    private static final long LONGEST_ROW = 1 << 26;

    private HfImport() {}

    /**
     * Writes or replaces a folder. How the model is asked, which the chat template of our files includes, becomes a file of its own,
     * so that a data set can bring its records into another form.
     *
     * @param dtype of all weights; null for that of the file, and fp32, which is exact, for those in fewer bits
     * @param listener is told of each tensor
     * @throws DataException if the architecture or the tokenizer is not known here, or a tensor is missing or too many
     */
    public static void write(Path target, GgufFile file, @Nullable DType dtype, ExportListener listener) {
        write(target, file, dtype, AskingTemplate.form(file.metadata()), listener);
    }

    /** Writes or replaces a folder whose chat template is that of the file. */
    public static void writeWithTemplate(Path target, GgufFile file, @Nullable DType dtype, ExportListener listener) {
        write(target, file, dtype, PromptForm.PLAIN, listener);
    }

    private static void write(
            Path target, GgufFile file, @Nullable DType dtype, PromptForm form, ExportListener listener) {
        GgufMetadata keys = file.metadata();
        if ("adapter".equals(keys.textOrNull("general.type"))) {
            throw new DataException(file.path() + " holds an adapter, not a model; name the model's file");
        }
        GgufFamily family = GgufFamilies.named(keys.text("general.architecture"), file.path());
        ObjectNode json = family.config(keys, !file.tensors().containsKey("output.weight"));
        addScaling(json, file, family);
        HfConfig config = new HfConfig(json, file.path());
        Map<String, GgufTensor> tensors = new TreeMap<>();
        List<TensorSpec> specs = new ArrayList<>();
        for (GgufTensor tensor : file.tensors().values()) {
            if (COMPUTED.contains(tensor.name())) {
                continue;
            }
            String name = TensorNames.toCheckpoint(tensor.name(), family)
                    .orElseThrow(() -> new DataException(file.path() + ": tensor '" + tensor.name()
                            + "' is none of a model of architecture " + family.name()
                            + "; take another conversion of the model"));
            requireReadable(tensor, family.change(name, config), file.path());
            tensors.put(name, tensor);
            specs.add(new TensorSpec(
                    name,
                    dtype != null ? dtype : stored(tensor.type()),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray()));
        }
        json.put("torch_dtype", dtype == null ? "float32" : torchName(dtype));
        AtomicFiles.writeDirectory(target, folder -> {
            Files.writeString(folder.resolve("config.json"), json.toPrettyString() + "\n");
            HfTokenizerFiles.write(folder, keys, form, file.path());
            PromptFormFile.write(folder, form);
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), specs, Map.of("format", "pt"), (spec, sink) -> {
                        listener.tensor(spec.name());
                        GgufTensor tensor = tensors.get(spec.name());
                        if (tensor != null) {
                            copy(file, tensor, family.change(spec.name(), config), codec(spec.dtype()), sink);
                        }
                    });
        });
    }

    /**
     * A file has Llama 3.1's factors of the wave lengths, config.json the numbers that they are made from: those of Llama 3.1 and of
     * Llama 3.2 are tried.
     */
    private static void addScaling(ObjectNode json, GgufFile file, GgufFamily family) {
        GgufTensor tensor = file.tensors().get(FACTORS);
        if (tensor == null) {
            return;
        }
        float[] factors = file.rows(tensor, 0, (int) tensor.rows());
        for (int factor : new int[] {8, 32}) {
            json.putObject("rope_scaling")
                    .put("rope_type", "llama3")
                    .put("factor", factor)
                    .put("low_freq_factor", 1)
                    .put("high_freq_factor", 4)
                    .put("original_max_position_embeddings", 8192);
            float[] computed = family.computed(new HfConfig(json, file.path())).getOrDefault(FACTORS, new float[0]);
            if (equal(factors, computed)) {
                return;
            }
        }
        throw new DataException(
                file.path() + " scales positions by factors that are neither Llama 3.1's nor Llama 3.2's,"
                        + " so its config.json cannot be made; take the model's safetensors files");
    }

    private static void requireReadable(GgufTensor tensor, TensorChange change, Path file) {
        long first = tensor.shape().isEmpty() ? 0 : tensor.shape().get(0);
        if (tensor.shape().isEmpty()
                || tensor.shape().size() > 2
                || tensor.rowLength() > LONGEST_ROW
                || !change.fits(first)) {
            throw new DataException(file + ": tensor '" + tensor.name() + "' has shape " + tensor.shape()
                    + ", which its architecture does not have; take another conversion of the model");
        }
    }

    private static boolean equal(float[] factors, float[] computed) {
        boolean equal = factors.length == computed.length;
        for (int i = 0; equal && i < factors.length; i++) {
            equal = Math.abs(factors[i] - computed[i]) <= 1e-5f * computed[i];
        }
        return equal;
    }

    private static DType stored(GgufType type) {
        return switch (type) {
            case F16 -> DType.FLOAT16;
            case BF16 -> DType.BFLOAT16;
            default -> DType.FLOAT32;
        };
    }

    private static String torchName(DType dtype) {
        return dtype.name().toLowerCase(Locale.ROOT);
    }

    private static BlockCodec codec(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> GgufType.F16.codec();
            case BFLOAT16 -> GgufType.BF16.codec();
            case FLOAT32 -> GgufType.F32.codec();
            default -> throw new DataException("a model can be in bf16, fp16 or fp32, not in " + dtype);
        };
    }

    private static void copy(
            GgufFile file, GgufTensor tensor, TensorChange change, BlockCodec codec, Consumer<ByteBuffer> sink) {
        boolean vector = tensor.shape().size() < 2;
        int length = Math.toIntExact(Math.max(1, tensor.rowLength()));
        int atOnce = change.pairedHeads() > 0 && !vector ? 1 : Math.max(1, PIECE / length);
        for (long row = 0; row < tensor.rows(); row += atOnce) {
            int count = (int) Math.min(atOnce, tensor.rows() - row);
            long from = vector ? row : change.ggufRow(row, tensor.rows());
            float[] values = file.rows(tensor, change.pairedHeads() == 0 ? row : from, count);
            byte[] bytes = new byte[values.length * codec.bytes()];
            for (int i = 0; i < values.length; i++) {
                int at = vector ? (int) change.ggufRow(i, values.length) : i;
                values[at] -= change.plus();
                codec.encode(values, at, bytes, i * codec.bytes());
            }
            sink.accept(ByteBuffer.wrap(bytes));
        }
    }
}
