// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.app.configs.Checks;
import io.tune4j.app.distribution.Tune.Result;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A run of two steps on a checkpoint of random values, whose peak is compared with the forecast.
 *
 * @param folder of the checkpoint, the data and the output
 */
record ForeseenPeak(Path folder) {
    static final Path QUICKSTART = Tune.HOME.resolve("configs/quickstart");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HEAD = 64;

    /** Keys whose values depend on the number of layers or tokens; what they decide has a default. */
    private static final List<String> LEFT_OUT =
            List.of("layer_types", "no_rope_layers", "original_max_position_embeddings");

    /**
     * Writes the checkpoint.
     *
     * @param template a config.json of the wanted architecture, whose sizes are replaced
     * @param layers number of layers
     */
    void writeModel(Path template, int hidden, int intermediate, int layers) throws IOException {
        Path quickstart = QUICKSTART.resolve("model");
        ObjectNode config = (ObjectNode) JSON.readTree(template.toFile());
        config.put("hidden_size", hidden)
                .put("intermediate_size", intermediate)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", hidden / HEAD)
                .put("num_key_value_heads", hidden / (4 * HEAD))
                .put("head_dim", HEAD)
                .put("max_position_embeddings", 2048)
                .set(
                        "vocab_size",
                        JSON.readTree(quickstart.resolve("config.json").toFile())
                                .get("vocab_size"));
        config.remove(LEFT_OUT);
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(quickstart.resolve(name), folder.resolve(name));
        }
        writeWeights();
    }

    private void writeWeights() {
        List<TensorSpec> specs = definition().weights().stream()
                .map(weight -> new TensorSpec(
                        weight.name(),
                        DType.BFLOAT16,
                        weight.shape().stream().mapToLong(Long::longValue).toArray()))
                .toList();
        Random random = new Random(5);
        SafetensorsWriter.write(folder.resolve("model.safetensors"), specs, Map.of("format", "pt"), (spec, sink) -> {
            byte[] bytes = new byte[(int) spec.byteLength()];
            for (int i = 0; i < bytes.length; i += 2) {
                // About 0.01, of either sign.
                bytes[i] = (byte) random.nextInt();
                bytes[i + 1] = (byte) (random.nextBoolean() ? 0x3c : 0xbc);
            }
            sink.accept(ByteBuffer.wrap(bytes));
        });
    }

    private ModelDefinition definition() {
        ConfigReader section = Sections.of("{_component_: lora_auto, lora_attn_modules: [q_proj], lora_rank: 1}");
        ModelPlan plan = ComponentRegistry.of(Checks.PLUGINS).model(section, folder);
        section.problems().throwIfAny();
        return Objects.requireNonNull(plan).definition();
    }

    /** Runs the quick start with this model and with further overrides. */
    void assertWithinFifteenPercent(List<String> overrides) throws IOException, InterruptedException {
        Path data = folder.resolve("long.json");
        Files.writeString(data, records());
        String quickstart = Files.readString(Tune.HOME.resolve("configs/quickstart.yaml"));
        List<String> all = new ArrayList<>(List.of(
                "checkpointer.checkpoint_dir=" + folder,
                "tokenizer.path=" + QUICKSTART.resolve("model/tokenizer.json"),
                "tokenizer.max_seq_len=256",
                "dataset._component_=alpaca_dataset",
                "dataset.source=json",
                "dataset.data_files=" + data,
                "output_dir=" + folder.resolve("out"),
                "metric_logger._component_=DiskLogger",
                "save_adapter_weights_only=True",
                "log_peak_memory_stats=True",
                "gradient_accumulation_steps=2",
                "max_steps=2"));
        for (String key : List.of("dataset_val", "samples", "run_val_every_n_steps")) {
            if (quickstart.contains("\n" + key + ":")) {
                all.add("~" + key);
            }
        }
        all.addAll(overrides);
        List<String> command = new ArrayList<>(List.of("run", "lora_finetune_single_device", "--config", "quickstart"));
        command.addAll(all);
        Result result = Tune.run(folder, command.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
        List<String> lines = Files.readAllLines(folder.resolve("out/logs/metrics.jsonl"));
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        double measured = last.get("peak_memory_active").asDouble() * (1L << 30);
        double foreseen = Checks.peakBytes(quickstart, all);
        System.out.printf(
                "%s: foreseen %.0f MB, measured %.0f MB%n",
                JSON.readTree(folder.resolve("config.json").toFile())
                        .path("model_type")
                        .asText(),
                foreseen / 1e6,
                measured / 1e6);
        assertThat(foreseen / measured)
                .as("foreseen %.0f, measured %.0f", foreseen, measured)
                .isCloseTo(1, within(0.15));
    }

    private static String records() {
        String words = "the river stone light walks under bright quiet learns slowly ".repeat(60);
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < 64; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"instruction\": \"tell\", \"input\": \"\", \"output\": \"" + i + words + "\"}");
        }
        return json.append("]").toString();
    }
}
