// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.adapter.Folding;
import io.tune4j.export.adapter.LowRank;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.files.StoredRows;
import io.tune4j.export.gguf.GgufMetadata;
import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.gguf.GgufWriter;
import io.tune4j.export.tokenizer.GgufTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model, or an adapter of it, as GGUF.
 *
 * @param model the base model
 * @param form how the model is asked
 * @param listener is told of warnings and tensors
 */
public record GgufExport(HfModel model, GgufFamily family, PromptForm form, ExportListener listener) {
    private static final String OUTPUT = "lm_head.weight";
    private static final String EMBEDDING = "model.embed_tokens.weight";

    /** Rows compared at a time. */
    private static final int COMPARED = 1024;

    /** @throws DataException if llama.cpp has no such model */
    public static GgufExport of(HfModel model, PromptForm form, ExportListener listener) {
        return new GgufExport(model, GgufFamilies.of(model.config()), form, listener);
    }

    /**
     * Writes the model with its tokenizer and its chat template.
     *
     * @param target replaced if it exists
     * @param type of the matrices
     * @param adapter merged into it in fp32, or null
     */
    public void writeModel(Path target, GgufType type, @Nullable AdapterFolder adapter) {
        List<GgufWriter.Content> contents = contents(type, adapter);
        GgufMetadata keys = general("model");
        keys.text("general.size_label", sizeLabel());
        keys.uint32("general.file_type", type.fileType());
        keys.uint32("general.quantization_version", 2);
        family.describe(model.config(), keys, listener::warning);
        GgufTokenizer.of(model.folder(), (int) rows(EMBEDDING), listener::warning)
                .describe(keys, form);
        GgufWriter.write(target, keys, contents, listener);
    }

    private GgufMetadata general(String type) {
        return new GgufMetadata()
                .text("general.architecture", family.name())
                .text("general.type", type)
                .text(
                        "general.name",
                        String.valueOf(
                                model.folder().toAbsolutePath().normalize().getFileName()));
    }

    private List<GgufWriter.Content> contents(GgufType type, @Nullable AdapterFolder adapter) {
        Map<String, LowRank> updates = adapter == null ? new TreeMap<>() : new TreeMap<>(adapter.modules());
        boolean ownOutput = hasOwnOutput(updates.containsKey("lm_head"));
        TypeChoice choice = new TypeChoice(type);
        List<GgufWriter.Content> contents = new ArrayList<>();
        family.computed(model.config())
                .forEach((name, values) -> contents.add(new FixedTensor(name, List.of((long) values.length), values)));
        for (TensorEntry entry : model.weights().entries().values()) {
            if (entry.name().endsWith("rotary_emb.inv_freq") || entry.name().equals(OUTPUT) && !ownOutput) {
                continue;
            }
            String name = TensorNames.toGguf(entry.name(), family)
                    .orElseThrow(() -> new DataException("tensor '" + entry.name() + "' in " + entry.file()
                            + " has no place in GGUF's architecture " + family.name()
                            + "; export the merged model with --format hf"));
            LowRank update = updates.remove(entry.name().replaceFirst("\\.weight$", ""));
            if (update != null) {
                requireShape(entry, update);
            }
            TensorChange change = family.change(entry.name(), model.config());
            if (entry.shape().length == 0 || !change.fits(entry.shape()[0])) {
                throw new DataException(entry + " does not have the rows of the heads that "
                        + model.config().file() + " names; take both from one model");
            }
            boolean output = entry.name().equals(ownOutput ? OUTPUT : EMBEDDING);
            contents.add(
                    new ModelTensor(name, choice.of(entry.shape(), output), model.weights(), entry, change, update));
        }
        if (!updates.isEmpty()) {
            throw foreign(updates.keySet().iterator().next());
        }
        return contents;
    }

    private static void requireShape(TensorEntry entry, LowRank update) {
        long[] wanted = {update.out(), update.in()};
        if (!Arrays.equals(entry.shape(), wanted)) {
            throw new DataException("the adapter of " + update.module() + " is for a weight " + Arrays.toString(wanted)
                    + ", but " + entry + "; name the base model that it was trained on");
        }
    }

    private DataException foreign(String module) {
        return new DataException("the adapter changes " + module + ", which " + model.folder()
                + " does not have; name the base model that it was trained on with --base");
    }

    private long rows(String name) {
        return model.weights().entry(name).shape()[0];
    }

    /** Whether the output projection is more than the embedding once more. */
    private boolean hasOwnOutput(boolean adapted) {
        if (!model.weights().entries().containsKey(OUTPUT)) {
            return false;
        }
        if (adapted || !model.config().isTrue("tie_word_embeddings")) {
            return true;
        }
        TensorEntry output = model.weights().entry(OUTPUT);
        TensorEntry embedding = model.weights().entry(EMBEDDING);
        if (!Arrays.equals(output.shape(), embedding.shape())) {
            return true;
        }
        for (long row = 0; row < output.shape()[0]; row += COMPARED) {
            int count = (int) Math.min(COMPARED, output.shape()[0] - row);
            if (!Arrays.equals(
                    StoredRows.of(model.weights(), output, row, count),
                    StoredRows.of(model.weights(), embedding, row, count))) {
                return true;
            }
        }
        return false;
    }

    /** For example 135M, as file names of models have it. */
    private String sizeLabel() {
        long parameters = model.weights().entries().values().stream()
                .mapToLong(entry -> Arrays.stream(entry.shape()).reduce(1, (a, b) -> a * b))
                .sum();
        return parameters < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0fM", parameters / 1e6)
                : String.format(Locale.ROOT, "%.1fB", parameters / 1e9);
    }

    /**
     * Writes an adapter alone, in fp32. llama.cpp multiplies B A by {@code adapter.lora.alpha} divided by each module's own rank.
     *
     * @param target replaced if it exists
     */
    public void writeAdapter(Path target, Folding folding) {
        GgufMetadata keys =
                general("adapter").text("adapter.type", "lora").float32("adapter.lora.alpha", folding.alpha());
        List<GgufWriter.Content> contents = new ArrayList<>();
        for (LowRank module : folding.adapter().modules().values()) {
            String weight = module.module() + ".weight";
            TensorEntry entry = model.weights().entries().get(weight);
            String name = TensorNames.toGguf(weight, family).orElse(null);
            if (entry == null || name == null) {
                throw foreign(module.module());
            }
            requireShape(entry, module);
            TensorChange change = family.change(weight, model.config());
            contents.add(
                    new FixedTensor(name + ".lora_a", List.of((long) module.rank(), (long) module.in()), module.a()));
            contents.add(new FixedTensor(
                    name + ".lora_b",
                    List.of((long) module.out(), (long) module.rank()),
                    inOrder(folding.b(module, module.rank()), module, change)));
        }
        GgufWriter.write(target, keys, contents, listener);
    }

    private static float[] inOrder(float[] b, LowRank module, TensorChange change) {
        float[] ordered = new float[b.length];
        for (int row = 0; row < module.out(); row++) {
            int from = (int) change.checkpointRow(row, module.out());
            System.arraycopy(b, from * module.rank(), ordered, row * module.rank(), module.rank());
        }
        return ordered;
    }
}
