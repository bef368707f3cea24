// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeveralAdaptersTest {
    private static final String MODEL = "_component_: lora_llama, lora_rank: 4, lora_alpha: 8";
    private static final String RESUME = "resume_from_checkpoint: True";

    /** Keys of each adapter's model section, and the rest of its keys. */
    private static final Map<String, List<String>> EIGHT = new TreeMap<>(Map.of(
            "a", List.of("lora_rank: 1, lora_attn_modules: [q_proj, v_proj]", "optimizer: {lr: 0.001}"),
            "b", List.of("lora_rank: 2, lora_attn_modules: [q_proj]", "seed: 8", "batch_size: 3"),
            "c", List.of("lora_rank: 8, lora_alpha: 4, lora_attn_modules: [q_proj, k_proj, v_proj, output_proj]"),
            "d", List.of("lora_rank: 16, apply_lora_to_mlp: True, lora_attn_modules: [k_proj]", "max_steps: 5"),
            "e", List.of("lora_dropout: 0.3, apply_lora_to_mlp: True, lora_attn_modules: [q_proj, v_proj]"),
            "f", List.of("lora_rank: 100, lora_attn_modules: [q_proj, k_proj, v_proj]", "clip_grad_norm: 0.01"),
            "g", List.of("apply_lora_to_output: True, lora_attn_modules: [v_proj]", "dataset: {size: 23}"),
            "h", List.of("use_rslora: True, lora_attn_modules: [q_proj, v_proj]", "gradient_accumulation_steps: 3")));

    private static final String[] COMMON = {
        "model: {" + MODEL + ", lora_attn_modules: [q_proj, v_proj]}",
        "num_threads: 2",
        "epochs: 3",
        "dataset_val: {_component_: toy_dataset, size: 9}",
        "run_val_every_n_steps: 3",
        "log_every_n_steps: 1"
    };

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name, String... yaml) {
        return RecipeRun.in(folder.resolve(name)).with(COMMON).with(yaml);
    }

    private static String list(Map<String, List<String>> adapters) {
        return adapters.entrySet().stream()
                .map(each -> "{name: " + each.getKey() + ", model: {"
                        + each.getValue().get(0) + "}"
                        + each.getValue().stream().skip(1).map(", "::concat).collect(Collectors.joining()) + "}")
                .collect(Collectors.joining(", ", "adapters: [", "]"));
    }

    /** The run that an entry describes, alone. */
    private RecipeRun alone(String name, List<String> keys, String... common) {
        RecipeRun run = run("alone/" + name, common);
        List<String> rest = new ArrayList<>();
        for (String key : keys.subList(1, keys.size())) {
            rest.add(key.replace("optimizer: {", "optimizer: {_component_: AdamW, ")
                    .replace("dataset: {", "dataset: {_component_: toy_dataset, "));
        }
        String model = "_component_: lora_llama, "
                + (keys.get(0).contains("lora_rank") ? "" : "lora_rank: 4, ")
                + (keys.get(0).contains("lora_alpha") ? "" : "lora_alpha: 8, ") + keys.get(0);
        return run.with("model: {" + model + "}").with(rest.toArray(String[]::new));
    }

    private byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
    }

    private List<Double> metric(String run, String name) {
        return RecipeRun.in(folder.resolve(run)).metric(name);
    }

    private void assertSame(String name) throws IOException {
        for (String metric : List.of("loss", "grad_norm", "lr", "val_loss")) {
            assertThat(metric("all/" + name, metric))
                    .as(name + ": " + metric)
                    .isNotEmpty()
                    .isEqualTo(metric("alone/" + name, metric));
        }
        assertThat(adapter("all/" + name)).as(name).isEqualTo(adapter("alone/" + name));
    }

    @ParameterizedTest
    @CsvSource({"False, 2", "True, 2", "False, 1"})
    void eightAdaptersAreEightRunsBitForBit(String checkpointing, int threads) throws IOException {
        String[] more = {"enable_activation_checkpointing: " + checkpointing, "num_threads: " + threads};
        RecipeRun all = run("all", more).with(list(EIGHT));
        assertThat(all.run()).isEqualTo(Outcome.COMPLETED);
        for (Map.Entry<String, List<String>> each : EIGHT.entrySet()) {
            alone(each.getKey(), each.getValue(), more).run();
            assertSame(each.getKey());
        }
        assertThat(folder.resolve("all/d/checkpoints/step_000005/state.json")).exists();
        assertThat(folder.resolve("all/a/merged")).doesNotExist();
        assertThat(all.printed()).contains("[a] ", "adapters   8: a, b, c");
    }

    @Test
    void theQuantizedBaseIsShared() throws IOException {
        String quantized = "model: {" + MODEL + ", lora_attn_modules: [q_proj, v_proj], quantize_base: True}";
        run("all", quantized, list(EIGHT)).run();
        for (String name : List.of("a", "c", "e", "f")) {
            List<String> keys = new ArrayList<>(EIGHT.get(name));
            keys.set(0, keys.get(0) + ", quantize_base: True");
            alone(name, keys).run();
            assertSame(name);
        }
    }

    @Test
    void resumesBitForBit() throws IOException {
        // Validation before training asks 56 times, that after the third step 40 times.
        String[] more = {"save_every_n_steps: 2", list(EIGHT)};
        run("all", more).run();
        AtomicInteger asked = new AtomicInteger();
        RecipeRun stopped = run("parts", more).cancelledBy(() -> asked.incrementAndGet() > 110);
        assertThat(stopped.run()).isEqualTo(Outcome.CANCELLED);
        RecipeRun resumed = run("parts", more).with(RESUME);
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        for (String name : EIGHT.keySet()) {
            assertThat(metric("parts/" + name, "loss")).as(name).isEqualTo(metric("all/" + name, "loss"));
            assertThat(adapter("parts/" + name)).as(name).isEqualTo(adapter("all/" + name));
        }
        assertThatThrownBy(() -> run("parts", more).with(RESUME).run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("all adapters", "complete");
        assertThatThrownBy(() -> run("parts", "adapters: [{name: a}, {name: other}]", RESUME)
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("has the adapters a, b, c", "the config has a, other");
        assertThatThrownBy(() -> run("new", "adapters: [{name: a}]", RESUME).run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no run of several adapters");
    }

    @Test
    void logsThatCannotBeWrittenRefuseTheRunBeforeItReadsAnything() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        RecipeRun all = run(
                "all",
                "adapters: [{name: a}, {name: b}]",
                "metric_logger: {_component_: DiskLogger, log_dir: " + file + "/logs}");
        assertThatThrownBy(all::run)
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("metric_logger.log_dir", file.toString());
        assertThat(all.printed()).doesNotContain("data ", "training ");
        assertThat(folder.resolve("all")).doesNotExist();
    }

    @Test
    void anAdapterThatDivergesLeavesTheOthersAlone() throws IOException {
        RecipeRun all = run("all", "adapters: [{name: wild, optimizer: {lr: 1.0e+30}}, {name: tame}]");
        assertThatThrownBy(all::run)
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("1 of 2 adapters failed", "wild");
        run("alone/tame").run();
        assertSame("tame");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]; empty list",
                "[{name: a}, {name: A}]; another adapter",
                "[{name: a/b}]; cannot be the name",
                "[{name: merged}]; cannot be the name",
                "[{model: {lora_rank: 2}}]; with a name",
                "[{name: a, model: {_component_: lora_llama2_7b}}]; one base model",
                "[{name: a, dtype: bf16}]; cannot differ",
                "[{name: a, optimiser: {lr: 1}}]; did you mean",
                "[{name: a, model: {lora_rnak: 2}}]; lora_rnak: unknown key",
                "[{name: a, model: {lora_rank: 0}}]; expected a rank of at least 1",
                "[{name: a, model: {use_dora: True}}]; cannot share",
                "7; expected a list"
            })
    void whatCannotBeIsRefusedByName(String text) {
        String[] parts = text.split("; ", -1);
        assertThatThrownBy(() -> run("all", "adapters: " + parts[0]).run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("adapters", parts[1]);
        assertThat(folder.resolve("all")).doesNotExist();
    }
}
