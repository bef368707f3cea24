// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
    @TempDir
    Path run;

    @Test
    void saysWhatTheRunsFilesSay() throws IOException {
        Path adapter = Files.createDirectory(run.resolve("adapter"));
        Files.writeString(
                adapter.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"meta-llama/Llama-3.2-1B\"}");
        Files.writeString(
                run.resolve("config.yaml"),
                "model: {_component_: lora_llama, lora_rank: 8}\n"
                        + "dataset: {_component_: alpaca_dataset, source: /home/me/secret.json}\n"
                        + "epochs: 2\nseed: null\n");
        Files.createDirectory(run.resolve("logs"));
        Files.writeString(
                run.resolve("logs/metrics.jsonl"),
                "{\"step\": 1, \"loss\": 2.5}\n{\"val_loss\": 1}\n{\"loss\": 0.5}\n");

        assertThat(ModelCard.of(adapter))
                .contains("base_model: meta-llama/Llama-3.2-1B\n", "library_name: peft", "An adapter fine-tuned")
                .contains("| `model.lora_rank` | 8 |", "| `dataset._component_` | alpaca_dataset |", "| `epochs` | 2 |")
                .contains("| first loss | 2.5 |\n| last loss | 0.5 |")
                .doesNotContain("secret", "seed");
    }

    @Test
    void aModelWithoutARunIsNoMoreThanThat() {
        assertThat(ModelCard.of(run))
                .contains("library_name: transformers", "A model fine-tuned")
                .doesNotContain("|");
    }
}
