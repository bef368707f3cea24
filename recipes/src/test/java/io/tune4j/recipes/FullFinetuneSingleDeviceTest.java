// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FullFinetuneSingleDeviceTest {
    private static final String TIED = "checkpointer: {_component_: FullModelHFCheckpointer,"
            + " checkpoint_dir: src/test/resources/golden/llama3_2_style}";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name) {
        return RecipeRun.full(folder.resolve(name));
    }

    @Test
    void trainsAllWeightsAndWritesAModel() throws IOException {
        RecipeRun run = run("a").with("dtype: bf16", "dataset_val: {_component_: toy_dataset, size: 9}");

        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);

        List<Double> losses = run.metric("loss");
        assertThat(losses).hasSize(8);
        assertThat(losses.get(7)).isLessThan(losses.get(0));
        Path base = Path.of("src/test/resources/golden/llama2_style");
        try (Checkpoint before = Checkpoint.open(base);
                Checkpoint after = Checkpoint.open(folder.resolve("a/model"))) {
            assertThat(after.entries().keySet()).isEqualTo(before.entries().keySet());
            for (TensorEntry entry : after.entries().values()) {
                assertThat(entry.dtype()).as(entry.name()).isEqualTo(DType.BFLOAT16);
                assertThat(entry.shape()).isEqualTo(before.entry(entry.name()).shape());
            }
        }
        assertThat(Files.readString(folder.resolve("a/model/config.json"))).contains("\"bfloat16\"");
        assertThat(folder.resolve("a/epoch_0/model.safetensors"))
                .hasBinaryContent(Files.readAllBytes(folder.resolve("a/model/model.safetensors")));
        assertThat(folder.resolve("a/adapter")).doesNotExist();
        assertThat(folder.resolve("a/merged")).doesNotExist();
        assertThat(run.printed())
                .contains(
                        "all 0.2 M weights, in bf16", folder.resolve("a/model").toString())
                .doesNotContain("adapter");
    }

    /** What was written is the base of the next run. */
    @Test
    void theModelItWroteIsWhereTheNextRunBegins() {
        RecipeRun first = run("a").with("dataset_val: {_component_: toy_dataset, size: 9}");
        first.run();
        RecipeRun next = run("b").with(
                        "dataset_val: {_component_: toy_dataset, size: 9}",
                        "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: "
                                + folder.resolve("a/model") + "}");
        next.run();
        List<Double> after = first.metric("val_loss");
        assertThat(next.printed())
                .contains(String.format(
                        Locale.ROOT, "validation loss before training: %.4f", after.get(after.size() - 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"optimizer_in_bwd: False", "optimizer_in_bwd: True"})
    void resumingContinuesBitForBit(String inBackward) throws IOException {
        String[] options = {
            inBackward,
            TIED,
            "gradient_accumulation_steps: 1",
            "dtype: bf16",
            "optimizer: {_component_: AdamW, lr: 0.001, bf16_stochastic_round: True}",
            "max_steps: 9"
        };
        RecipeRun whole = run("whole").with(options);
        whole.run();
        AtomicInteger asked = new AtomicInteger();
        RecipeRun stopped = run("parts").with(options).cancelledBy(() -> asked.incrementAndGet() > 5);
        assertThat(stopped.run()).isEqualTo(Outcome.CANCELLED);
        RecipeRun resumed = run("parts").with(options).with("resume_from_checkpoint: True");

        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);

        assertThat(resumed.metric("loss")).isEqualTo(whole.metric("loss"));
        assertThat(resumed.metric("grad_norm")).isEqualTo(whole.metric("grad_norm"));
        assertThat(folder.resolve("parts/model/model.safetensors"))
                .hasBinaryContent(Files.readAllBytes(folder.resolve("whole/model/model.safetensors")));
        assertRefused(
                run("parts").with(options).with("dtype: fp32", "resume_from_checkpoint: True", "max_steps: 11"),
                "dtype was bf16, is fp32");
    }

    /** The updates are those of a plain step, bit for bit; only the norm is summed in another order. */
    @ParameterizedTest
    @ValueSource(strings = {"llama2_style", "llama3_2_style"})
    void updatesInTheBackwardAreThoseAfterIt(String checkpoint) throws IOException {
        String base = "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: src/test/resources/golden/"
                + checkpoint + "}";
        for (String layers :
                List.of("enable_activation_checkpointing: False", "enable_activation_checkpointing: True")) {
            String suffix = layers.endsWith("True") ? "recomputed" : "kept";
            RecipeRun after = run("after" + suffix).with(base, layers, "gradient_accumulation_steps: 1");
            RecipeRun within = run("within" + suffix)
                    .with(base, layers, "gradient_accumulation_steps: 1", "optimizer_in_bwd: True");
            after.run();
            within.run();
            assertThat(within.metric("loss")).isEqualTo(after.metric("loss"));
            for (int i = 0; i < 8; i++) {
                assertThat(within.metric("grad_norm").get(i)
                                / after.metric("grad_norm").get(i))
                        .isCloseTo(1, within(1e-6));
            }
            assertThat(folder.resolve("within" + suffix + "/model/model.safetensors"))
                    .hasBinaryContent(
                            Files.readAllBytes(folder.resolve("after" + suffix + "/model/model.safetensors")));
        }
    }

    /** In bf16 an update of a thousandth is lost; weights kept in fp32 take it up. */
    @Test
    void weightsKeptInFp32TakeUpSmallUpdates() {
        String[] small = {"dtype: bf16", "optimizer: {_component_: AdamW, lr: 1.0e-5, weight_decay: 0.0}"};
        run("bf16").with(small).run();
        run("fp32").with(small).with("weights_dtype: fp32").run();
        try (Checkpoint wide = Checkpoint.open(folder.resolve("fp32/model"))) {
            assertThat(wide.entry("model.norm.weight").dtype()).isEqualTo(DType.FLOAT32);
        }
        assertRefused(
                run("bf16").with(small).with("weights_dtype: fp32", "resume_from_checkpoint: True", "max_steps: 9"),
                "weights_dtype was not set, is fp32");
    }

    @Test
    void refusesWhatItCannotTrain() {
        assertRefused(
                run("a").with(
                                "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj]}"),
                "'lora_llama' is a model with an adapter",
                "lora_finetune_single_device");
        assertRefused(run("a").with("model: {_component_: llama, lora_rank: 4}"), "lora_rank");
        assertRefused(
                run("a").with("model: {_component_: llama, quantization: nf4}", "dtype: bf16"),
                "quantization",
                "quantized weights cannot be trained");
        assertRefused(run("a").with("optimizer_in_bwd: True"), "gradient_accumulation_steps above 1");
        assertRefused(
                run("a").with("optimizer_in_bwd: True", "gradient_accumulation_steps: 1", "clip_grad_norm: 1.0"),
                "optimizer_in_bwd",
                "clip_grad_norm");
        assertRefused(run("a").with("weights_dtype: bf16"), "weights_dtype", "expected fp32");
        assertRefused(run("a").with("save_adapter_weights_only: True"), "save_adapter_weights_only");
        assertRefused(
                run("a").with("checkpointer: {_component_: FullModelHFCheckpointer,"
                        + " checkpoint_dir: src/test/resources/golden/llama2_style, adapter_checkpoint: x}"),
                "adapter_checkpoint",
                "this recipe trains all weights");
    }

    private static void assertRefused(RecipeRun run, String... parts) {
        assertThatThrownBy(run::run).isInstanceOf(UserException.class).hasMessageContainingAll(parts);
    }
}
