// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Origin;
import io.tune4j.api.config.Problems;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.app.configs.Checks;
import io.tune4j.app.distribution.Tune.Result;
import io.tune4j.models.llama.LlamaPlugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forecast of {@code tune estimate}, compared with the peak memory of a run. */
class EstimateDistributionTest {
    private static final Path QUICKSTART = Tune.HOME.resolve("configs/quickstart");

    @TempDir
    private Path folder;

    /** Wide with all activations, deep in fp32, and checkpointed with larger weights. */
    @ParameterizedTest
    @CsvSource({
        "768, 2048, 8, bf16, 8, False",
        "512, 1536, 16, fp32, 4, False",
        "1024, 4096, 12, bf16, 8, True",
    })
    void thePeakIsForeseenWithinFifteenPercent(
            int hidden, int intermediate, int layers, String dtype, int batch, String checkpointing)
            throws IOException, InterruptedException {
        assumeThat(dtype.equals("fp32") || HostProcessor.detect().hasBf16())
                .as("without bf16 units products are widened, which leaves holes in memory that are not foreseen")
                .isTrue();
        model(hidden, intermediate, layers);
        Path data = folder.resolve("long.json");
        Files.writeString(data, records());
        List<String> overrides = new ArrayList<>(List.of(
                "checkpointer.checkpoint_dir=" + folder,
                "tokenizer.path=" + QUICKSTART.resolve("model/tokenizer.json"),
                "tokenizer.max_seq_len=256",
                "dataset._component_=alpaca_dataset",
                "dataset.source=json",
                "dataset.data_files=" + data,
                "~dataset_val",
                "~samples",
                "~run_val_every_n_steps",
                "output_dir=" + folder.resolve("out"),
                "metric_logger._component_=DiskLogger",
                "save_adapter_weights_only=True",
                "log_peak_memory_stats=True",
                "enable_activation_checkpointing=" + checkpointing,
                "dtype=" + dtype,
                "batch_size=" + batch,
                "gradient_accumulation_steps=2",
                "max_steps=2"));
        List<String> present =
                overrides.stream().filter(EstimateDistributionTest::applies).toList();
        List<String> command = new ArrayList<>(List.of("run", "lora_finetune_single_device", "--config", "quickstart"));
        command.addAll(present);
        Result result = Tune.run(folder, command.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
        List<String> lines = Files.readAllLines(folder.resolve("out/logs/metrics.jsonl"));
        JsonNode last = new ObjectMapper().readTree(lines.get(lines.size() - 1));
        double measured = last.get("peak_memory_active").asDouble() * (1L << 30);

        double foreseen = Checks.peakBytes(Files.readString(Tune.HOME.resolve("configs/quickstart.yaml")), present);
        assertThat(foreseen / measured)
                .as("foreseen %.0f, measured %.0f", foreseen, measured)
                .isCloseTo(1, within(0.15));
    }

    private static boolean applies(String override) {
        try {
            String text = Files.readString(Tune.HOME.resolve("configs/quickstart.yaml"));
            return !override.startsWith("~") || text.contains("\n" + override.substring(1) + ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private void model(int hidden, int intermediate, int layers) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode config = (ObjectNode)
                json.readTree(QUICKSTART.resolve("model/config.json").toFile());
        config.put("hidden_size", hidden)
                .put("intermediate_size", intermediate)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", hidden / 64)
                .put("num_key_value_heads", hidden / 256)
                .put("head_dim", 64);
        json.writeValue(folder.resolve("config.json").toFile(), config);
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(QUICKSTART.resolve("model").resolve(name), folder.resolve(name));
        }
        ModelDefinition definition = new LlamaPlugin()
                .models().stream()
                        .flatMap(family -> family.builders().stream())
                        .filter(builder -> builder.name().equals("llama"))
                        .map(builder -> builder.define(
                                new ConfigReader(new Mapping(Map.of(), Origin.DEFAULT), new Problems(), new Notices()),
                                folder))
                        .findFirst()
                        .orElseThrow();
        List<TensorSpec> specs = Objects.requireNonNull(definition).weights().stream()
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

    @Test
    void theCommandSaysWhetherItFitsAndWhatWouldMakeItFit() throws IOException, InterruptedException {
        // The arguments of a run.
        Result fits = Tune.run(
                folder,
                "estimate",
                "lora_finetune_single_device",
                "--config",
                "llama3_2/1B_lora_single_device",
                "--memory",
                "24GB");
        assertThat(fits.exitCode()).isZero();
        assertThat(fits.output())
                .contains("base weights", "2.3 GiB", "optimizer state", "an optimizer step", "fits into");

        Result large = Tune.run(folder, "estimate", "--config", "llama3_1/8B_lora_single_device", "--memory", "12GB");
        assertThat(large.exitCode()).isEqualTo(4);
        assertThat(large.output()).contains("does not fit into", "model.quantize_base=True");

        Result fit =
                Tune.run(folder, "estimate", "--config", "llama3_1/8B_lora_single_device", "--memory", "12GB", "--fit");
        assertThat(fit.exitCode()).isZero();
        assertThat(fit.output().strip()).isEqualTo("model.quantize_base=True");

        Result hopeless = Tune.run(
                folder, "estimate", "--config", "llama3_3/70B_qlora_single_device", "--memory", "8GB", "--fit");
        assertThat(hopeless.exitCode()).isEqualTo(4);
        assertThat(hopeless.output()).contains("nothing that is known makes it fit");

        Result wrong = Tune.run(folder, "estimate", "--config", "quickstart", "--memory", "lots");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.output()).contains("expected a size such as 24GB");
    }
}
