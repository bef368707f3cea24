// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.export.ToyModels;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.adapter.Folding;
import io.tune4j.export.adapter.LowRank;
import io.tune4j.export.adapter.Program;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.files.JsonObjects;
import io.tune4j.export.files.StoredRows;
import io.tune4j.export.gguf.GgufFile;
import io.tune4j.export.gguf.GgufTensor;
import io.tune4j.export.gguf.GgufType;
import io.tune4j.export.tokenizer.GgufTokenizer;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.testkit.fuzz.FuzzTarget;
import io.tune4j.testkit.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();

    private Path export(Path source, GgufType type, AdapterFolder adapter) {
        Path file = folder.resolve(type + (adapter == null ? "" : "-merged") + ".gguf");
        try (HfModel model = HfModel.open(source)) {
            GgufExport.of(model, PromptForm.PLAIN, warnings::add).writeModel(file, type, adapter);
        }
        return file;
    }

    /** A file asks as the training did, and a folder made of it knows the form and the model's own template. */
    @Test
    void theFormOfPromptsComesBack() throws IOException {
        PromptForm form = new PromptForm(true, "It's \\ Q:\n{question}\nA: ", "Be short.");
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        for (String template : new String[] {"", "{% for m in messages %}{{ m.content }}!{% endfor %}"}) {
            if (!template.isEmpty()) {
                Files.writeString(source.resolve("chat_template.jinja"), template);
            }
            Path file = folder.resolve("asked.gguf");
            try (HfModel model = HfModel.open(source)) {
                GgufExport.of(model, form, warnings::add).writeModel(file, GgufType.F32, null);
            }
            try (GgufFile gguf = GgufFile.open(file)) {
                assertThat(gguf.metadata().text("tokenizer.chat_template"))
                        .contains("'It\\'s \\\\ Q:\\n' + message['content'] + '\\nA: '");
                HfImport.write(folder.resolve("trained"), gguf, null, ExportListener.NONE);
                HfImport.writeWithTemplate(folder.resolve("proved"), gguf, null, ExportListener.NONE);
            }
            assertThat(PromptFormFile.read(folder.resolve("trained"))).isEqualTo(form);
            assertThat(PromptFormFile.read(folder.resolve("proved"))).isEqualTo(PromptForm.PLAIN);
            assertThat(GgufTokenizer.chatTemplate(folder.resolve("trained")))
                    .isEqualTo(template.isEmpty() ? GgufTokenizer.chatTemplate(source) : template);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama2_style",
                "mistral_v3_style",
                "qwen2_style",
                "qwen3_style",
                "gemma_style",
                "gemma2_style",
                "gemma3_style",
                "phi3_style"
            })
    void weightsAndConfigComeBack(String name) throws IOException {
        Path source = ToyModels.copy(name, folder.resolve("source"));
        Path back = folder.resolve("back");
        try (GgufFile file = GgufFile.open(export(source, GgufType.F32, null))) {
            HfImport.write(back, file, null, ExportListener.NONE);
        }
        try (Checkpoint before = Checkpoint.open(source);
                Checkpoint after = Checkpoint.open(back)) {
            assertThat(after.entries().keySet()).isEqualTo(before.entries().keySet());
            for (TensorEntry entry : before.entries().values()) {
                int rows = (int) (entry.shape().length == 1 ? 1 : entry.shape()[0]);
                float[] expected = StoredRows.of(before, entry, 0, rows);
                // 1 is added to Gemma's norms and taken away again.
                assertThat(StoredRows.of(after, after.entry(entry.name()), 0, rows))
                        .as(entry.name())
                        .containsExactly(expected, within(2e-7f));
            }
        }
        JsonNode old = JsonObjects.read(source.resolve("config.json"));
        JsonNode config = JsonObjects.read(back.resolve("config.json"));
        for (String key : List.of(
                "architectures",
                "hidden_size",
                "intermediate_size",
                "num_attention_heads",
                "num_key_value_heads",
                "num_hidden_layers",
                "vocab_size",
                "rms_norm_eps",
                "max_position_embeddings",
                "attn_logit_softcapping")) {
            assertThat(text(config, key)).as(key).isEqualTo(text(old, key));
        }
        assertThat(config.path("tie_word_embeddings").asBoolean())
                .isEqualTo(old.path("tie_word_embeddings").asBoolean(name.startsWith("gemma")));
    }

    /** The same text for a key that is null and one that is missing. */
    private static String text(JsonNode config, String key) {
        return config.hasNonNull(key) ? config.get(key).asText() : "";
    }

    @ParameterizedTest
    @EnumSource
    void everyEncodingHoldsTheWeightsToItsPrecision(GgufType type) throws IOException {
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        double worst = type.bits() > 30 ? 1e-9 : type.bits() > 15 ? 0.005 : type.bits() > 8 ? 0.02 : 0.25;
        try (GgufFile file = GgufFile.open(export(source, type, null));
                Checkpoint before = Checkpoint.open(source)) {
            GgufTensor tensor = file.tensors().get("blk.0.ffn_down.weight");
            TensorEntry entry = before.entry("model.layers.0.mlp.down_proj.weight");
            float[] expected = StoredRows.of(before, entry, 0, (int) entry.shape()[0]);
            float[] found = file.rows(tensor, 0, (int) tensor.rows());
            double error = 0;
            double size = 0;
            for (int i = 0; i < expected.length; i++) {
                error += Math.pow(expected[i] - found[i], 2);
                size += Math.pow(expected[i], 2);
            }
            assertThat(Math.sqrt(error / size)).isLessThan(worst);
            assertThat(file.tensors().get("output_norm.weight").type()).isEqualTo(GgufType.F32);
            assertThat(file.metadata().integer("general.file_type")).isEqualTo(type.fileType());
        }
    }

    @ParameterizedTest
    @CsvSource({"llama2_style, lora", "llama2_style, dora", "llama3_1_style, rslora", "phi3_style, lora"})
    void mergesAsPeftDoes(String name, String kind) throws IOException {
        Path source = ToyModels.copy(name, folder.resolve("source"));
        AdapterFolder adapter = AdapterFolder.read(ToyModels.adapter(name, kind, folder.resolve("adapter")));
        Path merged = folder.resolve("merged");
        try (HfModel model = HfModel.open(source)) {
            HfExport.write(merged, model, adapter, null, PromptForm.PLAIN, ExportListener.NONE);
            LowRank first = adapter.modules().get(adapter.modules().firstKey());
            TensorEntry entry = model.weights().entry(first.module() + ".weight");
            float[] weight = StoredRows.of(model.weights(), entry, 0, first.out());
            double[] expected = expected(first, weight);
            try (Checkpoint after = Checkpoint.open(merged)) {
                float[] found = StoredRows.of(after, after.entry(entry.name()), 0, first.out());
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) found[i]).isCloseTo(expected[i], within(1e-6));
                }
            }
        }
        assertThat(merged.resolve("tokenizer.json")).exists();
    }

    /** The definition, in fp64. */
    private static double[] expected(LowRank update, float[] weight) {
        double[] merged = new double[weight.length];
        for (int row = 0; row < update.out(); row++) {
            double squares = 0;
            for (int i = 0; i < update.in(); i++) {
                double sum = weight[row * update.in() + i];
                for (int k = 0; k < update.rank(); k++) {
                    sum += update.scale() * update.b()[row * update.rank() + k] * update.a()[k * update.in() + i];
                }
                merged[row * update.in() + i] = sum;
                squares += sum * sum;
            }
            float[] magnitude = update.magnitude();
            for (int i = 0; magnitude != null && i < update.in(); i++) {
                merged[row * update.in() + i] *= magnitude[row] / Math.sqrt(squares);
            }
        }
        return merged;
    }

    @Test
    void theAdaptersFileHasTheScaleOfTheTraining() throws IOException {
        Path source = ToyModels.copy("llama3_1_style", folder.resolve("source"));
        Path peft = ToyModels.adapter("llama3_1_style", "rslora", folder.resolve("adapter"));
        AdapterFolder adapter = AdapterFolder.read(peft);
        Path target = folder.resolve("adapter.gguf");
        try (HfModel model = HfModel.open(source)) {
            GgufExport.of(model, PromptForm.PLAIN, warnings::add)
                    .writeAdapter(target, Folding.of(adapter, Program.LLAMA_CPP));
        }
        LowRank module = adapter.modules().get("model.layers.0.self_attn.q_proj");
        try (GgufFile file = GgufFile.open(target)) {
            double alpha = file.metadata().number("adapter.lora.alpha", 0);
            assertThat(file.metadata().text("general.type")).isEqualTo("adapter");
            GgufTensor b = file.tensors().get("blk.0.attn_q.weight.lora_b");
            assertThat(b.shape()).containsExactly((long) module.out(), (long) module.rank());
            float[] values = file.rows(b, 0, module.out());
            // llama.cpp's scale times its B is the trained scale times the trained B; row 1 there is half a head
            // further here.
            int headRows = module.out() / 4;
            for (int k = 0; k < module.rank(); k++) {
                assertThat(alpha / module.rank() * values[module.rank() + k])
                        .isCloseTo(module.scale() * module.b()[headRows / 2 * module.rank() + k], within(1e-7));
            }
        }
    }

    @Test
    void foldedPatternsComputeTheSame() throws IOException {
        Path peft = ToyModels.adapter("llama2_style", "lora", folder.resolve("adapter"));
        ToyModels.set(peft, "alpha_pattern", "{\"q_proj\": 3, \"layers.1.self_attn.v_proj\": 50}");
        ToyModels.set(peft, "use_rslora", "true");
        AdapterFolder adapter = AdapterFolder.read(peft);
        assertThat(adapter.config().isPlain()).isFalse();
        Path plain = folder.resolve("plain");
        Folding.of(adapter, Program.VLLM).write(plain, "base", PromptForm.PLAIN);
        AdapterFolder folded = AdapterFolder.read(plain);
        assertThat(folded.config().isPlain()).isTrue();
        assertThat(folded.modules().keySet()).isEqualTo(adapter.modules().keySet());
        for (LowRank module : adapter.modules().values()) {
            LowRank other = folded.modules().get(module.module());
            for (int row = 0; row < module.out(); row++) {
                for (int k = 0; k < module.rank(); k++) {
                    assertThat(other.scale() * other.b()[row * other.rank() + k])
                            .isCloseTo(module.scale() * module.b()[row * module.rank() + k], within(1e-6));
                }
            }
        }
    }

    @Test
    void doraIsForMergingOnly() throws IOException {
        AdapterFolder adapter =
                AdapterFolder.read(ToyModels.adapter("llama2_style", "dora", folder.resolve("adapter")));
        for (Program program : Program.values()) {
            assertThatThrownBy(() -> Folding.of(adapter, program))
                    .hasMessageContaining("is a DoRA adapter, which " + program.label())
                    .hasMessageContaining("merge it: tune export");
        }
    }

    @Test
    void anUnknownArchitectureIsNamed() throws IOException {
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        ObjectNode config = (ObjectNode) JsonObjects.read(source.resolve("config.json"));
        config.putArray("architectures").add("ThingForCausalLM");
        Files.writeString(source.resolve("config.json"), config.toString());
        assertThatThrownBy(() -> export(source, GgufType.F32, null))
                .hasMessageContaining("ThingForCausalLM cannot be written as GGUF here")
                .hasMessageContaining("LlamaForCausalLM");
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws IOException {
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        AdapterFolder other = AdapterFolder.read(ToyModels.adapter("phi3_style", "lora", folder.resolve("adapter")));
        assertThatThrownBy(() -> export(source, GgufType.F32, other)).hasMessageContaining("name the base model");
    }

    @Test
    void aTensorOfNoArchitectureIsNamed() throws IOException {
        Path source = ToyModels.copy("qwen3_style", folder.resolve("source"));
        ObjectNode config = (ObjectNode) JsonObjects.read(source.resolve("config.json"));
        config.putArray("architectures").add("Qwen2ForCausalLM");
        Files.writeString(source.resolve("config.json"), config.toString());
        assertThatThrownBy(() -> export(source, GgufType.F32, null))
                .hasMessageContaining("k_norm.weight' in")
                .hasMessageContaining("has no place in GGUF's architecture qwen2");
    }

    @Test
    void theTokenizerComesBack() throws IOException {
        Path file = export(ToyModels.QUICKSTART, GgufType.Q8_0, null);
        Path back = folder.resolve("back");
        try (GgufFile gguf = GgufFile.open(file)) {
            // The expression of Llama 3, which llama.cpp knows by this name where words are always merged.
            assertThat(gguf.metadata().text("tokenizer.ggml.pre")).isEqualTo("smaug-bpe");
            assertThat(gguf.metadata().integer("tokenizer.ggml.eos_token_id")).isEqualTo(1);
            assertThat(gguf.metadata().isTrue("tokenizer.ggml.add_bos_token", false))
                    .isTrue();
            HfImport.write(back, gguf, null, ExportListener.NONE);
        }
        JsonNode before = JsonObjects.read(ToyModels.QUICKSTART.resolve("tokenizer.json"));
        JsonNode after = JsonObjects.read(back.resolve("tokenizer.json"));
        for (String key : List.of("pre_tokenizer", "decoder", "added_tokens")) {
            assertThat(after.path(key)).as(key).isEqualTo(before.path(key));
        }
        assertThat(after.path("post_processor").path("single"))
                .isEqualTo(before.path("post_processor").path("single"));
        assertThat(after.path("model").path("vocab").size())
                .isEqualTo(before.path("model").path("vocab").size());
        assertThat(after.path("model").path("merges").get(0).asText()).isEqualTo("i n");
        assertThat(warnings).isEmpty();
    }

    @Test
    void blanksAndScoresComeBack() throws IOException {
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        String tokenizer =
                "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true}],\"normalizer\":{\"type\":"
                        + "\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\u2581\"}]},\"model\":{\"type\":\"BPE\","
                        + "\"byte_fallback\":true,\"unk_token\":\"<unk>\",\"vocab\":{\"<unk>\":0,\"<0x41>\":1,\"abc\":2,\"ab\":3,"
                        + "\"a\":4,\"b\":5,\"c\":6,\"bc\":7},\"merges\":[[\"a\",\"b\"],[\"b\",\"c\"],[\"ab\",\"c\"],[\"a\",\"bc\"]]}}";
        Files.writeString(source.resolve("tokenizer.json"), tokenizer);
        Path back = folder.resolve("back");
        try (GgufFile file = GgufFile.open(export(source, GgufType.F32, null))) {
            assertThat(file.metadata().text("tokenizer.ggml.model")).isEqualTo("llama");
            assertThat(file.metadata().isTrue("tokenizer.ggml.add_space_prefix", false))
                    .isTrue();
            assertThat(file.metadata().integers("tokenizer.ggml.token_type").subList(0, 3))
                    .containsExactly(2L, 6L, 1L);
            HfImport.write(back, file, null, ExportListener.NONE);
        }
        List<String> merges = Arrays.stream(JsonObjects.read(back.resolve("tokenizer.json"))
                        .path("model")
                        .path("merges")
                        .toString()
                        .split("(?<=]),"))
                .collect(Collectors.toList());
        assertThat(merges).containsExactly("[[\"a\",\"b\"]", "[\"b\",\"c\"]", "[\"ab\",\"c\"]", "[\"a\",\"bc\"]]");
    }

    @Test
    void anyFileIsReadOrRefused() throws Exception {
        Fuzzing.run(new Imports(), folder, 100);
    }

    static final class Imports implements FuzzTarget {
        @Override
        public List<byte[]> seeds() throws IOException {
            Path folder = Files.createTempDirectory("seed");
            Path file = folder.resolve("a.gguf");
            try (HfModel model = HfModel.open(ToyModels.copy("llama2_style", folder.resolve("model")))) {
                GgufExport.of(model, PromptForm.PLAIN, warning -> {}).writeModel(file, GgufType.Q4_0, null);
                return List.of(Files.readAllBytes(file));
            }
        }

        @Override
        public void read(Path folder, byte[] input) throws IOException {
            Path path = folder.resolve("fuzz.gguf");
            Files.write(path, input);
            try (GgufFile file = GgufFile.open(path)) {
                HfImport.write(folder.resolve("imported"), file, null, ExportListener.NONE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 32})
    void llamas31FactorsComeBack(int factor) throws IOException {
        Path source = ToyModels.copy("llama3_2_style", folder.resolve("source"));
        ObjectNode config = (ObjectNode) JsonObjects.read(source.resolve("config.json"));
        config.putObject("rope_scaling")
                .put("rope_type", "llama3")
                .put("factor", factor)
                .put("low_freq_factor", 1)
                .put("high_freq_factor", 4)
                .put("original_max_position_embeddings", 8192);
        Files.writeString(source.resolve("config.json"), config.toString());
        Path back = folder.resolve("back");
        try (GgufFile file = GgufFile.open(export(source, GgufType.F32, null))) {
            assertThat(file.tensors()).containsKey("rope_freqs.weight");
            HfImport.write(back, file, null, ExportListener.NONE);
        }
        assertThat(JsonObjects.read(back.resolve("config.json")).path("rope_scaling"))
                .isEqualTo(config.path("rope_scaling"));
    }

    @Test
    void headsThatDoNotFitAreNamed() throws IOException {
        Path source = ToyModels.copy("llama2_style", folder.resolve("source"));
        ObjectNode config = (ObjectNode) JsonObjects.read(source.resolve("config.json"));
        config.put("num_attention_heads", 7);
        Files.writeString(source.resolve("config.json"), config.toString());
        assertThatThrownBy(() -> export(source, GgufType.F32, null))
                .hasMessageContaining("does not have the rows of the heads");
    }
}
