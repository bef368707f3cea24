// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.config.ConfigException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.Written;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the quick start's model in this process, with the plugins on the class path. */
@Tag("exhaustive")
class FineTuneSlowTest {
    private static final Path QUICKSTART = Path.of("..", "configs", "src", "main", "resources", "quickstart")
            .toAbsolutePath()
            .normalize();

    @TempDir
    Path folder;

    /** A config made in code alone. */
    private FineTune quickstart() {
        return FineTune.empty()
                .recipe("lora_finetune_single_device")
                .set("output_dir", folder.resolve("out"))
                .set(
                        "model",
                        Map.of(
                                "_component_",
                                "lora_llama",
                                "lora_attn_modules",
                                List.of("q_proj", "v_proj"),
                                "lora_rank",
                                8,
                                "lora_alpha",
                                16))
                .set(
                        "tokenizer",
                        Map.of("_component_", "hf_tokenizer", "path", QUICKSTART.resolve("model"), "max_seq_len", 128))
                .set(
                        "checkpointer",
                        Map.of("_component_", "FullModelHFCheckpointer", "checkpoint_dir", QUICKSTART.resolve("model")))
                .set("dataset", alpaca("train.json"))
                .set("dataset_val", alpaca("validation.json"))
                .set("samples", Map.of("records", List.of(2), "max_new_tokens", 8))
                .set("optimizer", Map.of("_component_", "AdamW", "lr", 2e-3))
                .set("batch_size", 16)
                .set("max_steps", 6)
                .set("save_adapter_weights_only", true)
                .set("device", "cpu")
                .set("dtype", "fp32")
                .set("seed", 1);
    }

    private static Map<String, Object> alpaca(String file) {
        return Map.of(
                "_component_", "alpaca_dataset",
                "source", "json",
                "data_files", QUICKSTART.resolve("data").resolve(file));
    }

    @Test
    void trainsFromAConfigMadeInCodeAndTellsWhatHappens() {
        List<RunEvent> events = new ArrayList<>();
        List<Double> heard = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        FineTuned result = quickstart()
                .onEvent(events::add)
                .onStep((step, metrics) -> heard.add(metrics.get("loss")))
                .onLine(lines::add)
                .run();

        assertThat(result.isComplete()).isTrue();
        assertThat(result.adapter().resolve("adapter_model.safetensors")).exists();
        assertThat(result.folder().resolve("report.html")).exists();
        assertThat(result.losses()).hasSize(6).containsKeys(1L, 6L);
        assertThat(heard).containsExactlyElementsOf(result.losses().values());
        assertThat(result.lastLoss()).isLessThan(result.losses().get(1L));
        assertThat(result.validationLosses()).containsKeys(0L, 6L);
        assertThat(result.lastValidationLoss())
                .isLessThan(result.validationLosses().get(0L));
        assertThat(events).hasAtLeastOneElementOfType(Begun.class).hasAtLeastOneElementOfType(Written.class);
        assertThat(events).hasAtLeastOneElementOfType(Answered.class);
        assertThat(lines).anyMatch(line -> line.startsWith("adapter "));
    }

    @Test
    void aListenerCancelsAndTheRunGoesOn() {
        FineTune first = quickstart();
        FineTuned cancelled = first.onStep((step, metrics) -> first.cancel()).run();
        assertThat(cancelled.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(cancelled.losses()).hasSize(1);

        FineTuned rest = quickstart().set("resume_from_checkpoint", true).run();
        assertThat(rest.isComplete()).isTrue();
        assertThat(rest.losses().firstKey()).isEqualTo(2L);
    }

    @Test
    void allMistakesOfAConfigComeAtOnce() {
        assertThatThrownBy(() -> quickstart()
                        .set("batch_size", 0)
                        .set("optimizer.lr", "high")
                        .run())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("batch_size")
                .hasMessageContaining("optimizer.lr");
        assertThatThrownBy(() -> quickstart().set("seed", new Object()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("seed");
        assertThatThrownBy(() -> quickstart().recipe("no_such_recipe").run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there is no recipe 'no_such_recipe'");
    }
}
