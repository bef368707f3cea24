// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LoraFinetuneSingleDeviceTest {
    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name) {
        return RecipeRun.in(folder.resolve(name));
    }

    @Test
    void trainsAndSaysWhereEverythingIs() {
        RecipeRun run = run("a").with("dataset_val: {_component_: toy_dataset, size: 9}", "samples: {records: [0, 3]}");

        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);

        List<Double> losses = run.metric("loss");
        assertThat(losses).hasSize(8);
        assertThat(losses.get(7)).isLessThan(losses.get(0));
        assertThat(run.metric("lr")).startsWith(0.0, 0.005, 0.01);
        assertThat(folder.resolve("a/adapter/adapter_model.safetensors")).exists();
        assertThat(folder.resolve("a/adapter/adapter_config.json")).exists();
        assertThat(folder.resolve("a/epoch_0/adapter_model.safetensors")).exists();
        assertThat(folder.resolve("a/checkpoints/step_000008/state.json")).exists();
        assertThat(folder.resolve("a/config.yaml")).exists();
        assertThat(run.printed())
                .contains("validation loss before training", "before    ", "after     ", "expected  exactly 0")
                .contains("done: last loss", folder.resolve("a/adapter").toString());
    }

    @Test
    void answersAtValidationsChangeNoLoss() {
        String[] validated = {
            "dataset_val: {_component_: toy_dataset, size: 9}",
            "run_val_every_n_steps: 3",
            "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj], lora_dropout: 0.3}"
        };
        RecipeRun silent = run("a").with(validated);
        RecipeRun answering = run("b").with(validated).with("samples: {records: [0, 3]}");
        silent.run();
        answering.run();
        assertThat(answering.metric("loss")).hasSize(8).isEqualTo(silent.metric("loss"));
        assertThat(answering.metric("val_loss")).hasSize(3).isEqualTo(silent.metric("val_loss"));
    }

    /** Tokenizing runs beside the start of the backend, and is given up when that fails. */
    @Test
    @Timeout(60)
    void aBackendThatCannotStartDoesNotWaitForTheData() {
        RecipeRun run = run("a").with("dataset: {_component_: toy_dataset, size: 2000000000}", "device: cuda:77");
        assertThatThrownBy(run::run).isInstanceOf(TuneException.class).hasMessageContaining("cuda");
    }

    @Test
    void theSameSeedGivesTheSameLosses() {
        RecipeRun first = run("a").with("model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8,"
                + " lora_attn_modules: [q_proj], lora_dropout: 0.3}");
        RecipeRun second = run("b").with("model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8,"
                + " lora_attn_modules: [q_proj], lora_dropout: 0.3}");
        RecipeRun other = run("c").with("seed: 8");
        first.run();
        second.run();
        other.run();
        assertThat(second.metric("loss")).isEqualTo(first.metric("loss"));
        assertThat(other.metric("loss")).isNotEqualTo(first.metric("loss"));
    }

    @Test
    void resumingContinuesBitForBit() throws IOException {
        String model = "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, apply_lora_to_mlp: True,"
                + " lora_attn_modules: [q_proj], lora_dropout: 0.2}";
        RecipeRun whole = run("whole").with(model, "epochs: 2", "max_steps: 14");
        whole.run();

        AtomicInteger asked = new AtomicInteger();
        RecipeRun stopped = run("parts").with(model, "epochs: 2", "max_steps: 14");
        assertThat(stopped.cancelledBy(() -> asked.incrementAndGet() > 12).run())
                .isEqualTo(Outcome.CANCELLED);
        assertThat(stopped.printed()).contains("stopped after step 6 of 14", "resume_from_checkpoint=True");

        RecipeRun resumed = run("parts").with(model, "epochs: 2", "max_steps: 14", "resume_from_checkpoint: True");
        assertThat(resumed.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(resumed.metric("loss")).isEqualTo(whole.metric("loss"));
        assertThat(resumed.metric("grad_norm")).isEqualTo(whole.metric("grad_norm"));
        assertThat(folder.resolve("parts/adapter/adapter_model.safetensors"))
                .hasBinaryContent(Files.readAllBytes(folder.resolve("whole/adapter/adapter_model.safetensors")));
    }

    @Test
    void microBatchesAddUpToOneBatch() {
        RecipeRun one = run("one").with("batch_size: 4", "gradient_accumulation_steps: 1", "clip_grad_norm: 0.5");
        RecipeRun four = run("four").with("batch_size: 1", "gradient_accumulation_steps: 4", "clip_grad_norm: 0.5");
        one.run();
        four.run();
        assertClose(four.metric("loss"), one.metric("loss"), 1e-5);
        assertClose(four.metric("grad_norm"), one.metric("grad_norm"), 1e-4);
    }

    @Test
    void mergedMicroBatchesGiveTheSameGradients() {
        RecipeRun merged = run("merged").with("batch_size: 1", "gradient_accumulation_steps: 4");
        RecipeRun whole =
                run("whole").with("batch_size: 1", "gradient_accumulation_steps: 4", "merge_micro_batches: 512");
        RecipeRun apart =
                run("apart").with("batch_size: 1", "gradient_accumulation_steps: 4", "merge_micro_batches: False");
        merged.run();
        whole.run();
        apart.run();
        assertClose(merged.metric("loss"), apart.metric("loss"), 1e-5);
        assertClose(merged.metric("grad_norm"), apart.metric("grad_norm"), 1e-4);
        assertClose(whole.metric("loss"), apart.metric("loss"), 1e-5);
        assertClose(whole.metric("grad_norm"), apart.metric("grad_norm"), 1e-4);
        RecipeRun other =
                run("merged").with("merge_micro_batches: 512", "resume_from_checkpoint: True", "max_steps: 9");
        assertRefused(other, "merge_micro_batches was not set, is 512");
    }

    @Test
    void batchesByTokensTrainAndResume() throws IOException {
        String[] options = {"max_tokens_per_batch: 48", "gradient_accumulation_steps: 1", "group_by_length: True"};
        RecipeRun whole = run("whole").with(options).with("epochs: 1");
        whole.run();
        assertThat(whole.metric("loss")).hasSizeGreaterThan(3);
        AtomicInteger asked = new AtomicInteger();
        run("parts")
                .with(options)
                .with("epochs: 1")
                .cancelledBy(() -> asked.incrementAndGet() > 2)
                .run();
        RecipeRun resumed = run("parts").with(options).with("epochs: 1", "resume_from_checkpoint: True");
        resumed.run();
        assertThat(resumed.metric("loss")).isEqualTo(whole.metric("loss"));
        assertRefused(run("a").with("max_tokens_per_batch: 2"), "max_tokens_per_batch=2", "tokenizer.max_seq_len=2");
        RecipeRun other = run("parts").with("resume_from_checkpoint: True");
        assertRefused(other, "max_tokens_per_batch was 48, is not set", "group_by_length was true, is not set");
    }

    @Test
    void trainingStopsWhenTheValidationLossStopsFallingAndKeepsTheBest() throws IOException {
        RecipeRun run = run("early")
                .with(
                        "dataset_val: {_component_: toy_dataset, size: 9}",
                        "run_val_every_n_steps: 1",
                        "early_stopping: {patience: 2, min_delta: 1000}",
                        "save_best: True",
                        "max_validation_batches: 2");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(run.metric("loss")).hasSize(3);
        assertThat(run.metric("val_loss")).hasSize(3);
        assertThat(run.metric("val_perplexity").get(0))
                .isCloseTo(Math.exp(run.metric("val_loss").get(0)), within(1e-9));
        assertThat(run.printed())
                .contains(
                        "stopped early after step 3 of 8",
                        "in 2 validations",
                        "best adapter " + folder.resolve("early/best"));
        assertThat(folder.resolve("early/best/adapter_model.safetensors")).exists();
        assertThat(Files.readString(folder.resolve("early/best/best.json"))).contains("\"step\"", "\"val_loss\"");
        RecipeRun again = run("early")
                .with(
                        "dataset_val: {_component_: toy_dataset, size: 9}",
                        "run_val_every_n_steps: 1",
                        "early_stopping: {patience: 2, min_delta: 1000}",
                        "resume_from_checkpoint: True");
        assertRefused(again, "stopped early at step 3", "early_stopping");
    }

    @Test
    void whatGoesByTheValidationLossNeedsOne() {
        assertRefused(run("a").with("save_best: True"), "save_best", "dataset_val");
        assertRefused(
                run("b").with("early_stopping: {patience: 1}", "dataset_val: {_component_: toy_dataset, size: 9}"),
                "early_stopping",
                "run_val_every_n_steps");
        assertRefused(run("c").with("early_stopping: {patience: 0}"), "patience");
    }

    @Test
    void activationCheckpointingChangesNothing() {
        RecipeRun kept = run("kept");
        RecipeRun recomputed = run("recomputed").with("enable_activation_checkpointing: True");
        kept.run();
        recomputed.run();
        assertThat(recomputed.metric("loss")).isEqualTo(kept.metric("loss"));
    }

    @Test
    void aProfileOfSomeStepsChangesNothingElse() throws IOException {
        RecipeRun plain = run("plain");
        RecipeRun profiled = run("profiled")
                .with("profiler: {_component_: torchtune.training.setup_torch_profiler, enabled: True, cpu: True,"
                        + " profile_memory: True, with_stack: True, with_flops: True, wait_steps: 1, warmup_steps: 1,"
                        + " active_steps: 2, num_cycles: 2}");
        plain.run();
        profiled.run();
        assertThat(profiled.metric("loss")).isEqualTo(plain.metric("loss"));
        Path folders = folder.resolve("profiled/profiling_outputs");
        assertThat(Files.readString(folders.resolve("steps_3-4/kernels.txt")))
                .contains("attentionBackward", "matmul", "GFLOP/s", "outside of kernels");
        assertThat(Files.readString(folders.resolve("steps_7-8/trace.json")))
                .contains("\"ph\":\"X\"", "LoraLinear", "\"memory\"");
        assertThat(folders).isDirectoryContaining(path -> path.endsWith("steps_3-4"));
        assertThat(folder.resolve("plain/profiling_outputs")).doesNotExist();
        assertThat(profiled.printed()).contains("matrix products");
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndNamesTheRecords() {
        RecipeRun run = run("nan").with("optimizer: {_component_: AdamW, lr: 1e30}", "save_every_n_steps: 1");
        assertThatThrownBy(run::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("training stopped at step ")
                .hasMessageContaining("sums#")
                .hasMessageContaining("last saved state is " + folder.resolve("nan/checkpoints"))
                .hasMessageContaining("optimizer.lr");
    }

    @Test
    void whatCannotBeTrainedIsRefusedBeforeTraining() throws IOException {
        assertRefused(run("a").with("dataset: {_component_: toy_dataset, size: 0}"), "is empty");
        assertRefused(run("a").with("dataset: {_component_: toy_dataset, size: 8, masked: True}"), "masked");
        assertRefused(run("a").with("batch_size: 64"), "batch_size 64 x gradient_accumulation_steps 2 = 128 records");
        assertRefused(
                run("a").with("model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8,"
                        + " lora_attn_modules: [q_proj], max_seq_len: 16}"),
                "longer than the model's 16 positions: sums#0");
        Files.writeString(folder.resolve("file"), "");
        assertRefused(run("file"), "is a file, not a directory");
        assertRefused(run("a").with("resume_from_checkpoint: True"), "there is no saved state");
        assertThat(folder.resolve("a/adapter")).doesNotExist();
    }

    @Test
    void everyMistakeInAConfigIsToldAtOnce() {
        RecipeRun run = run("a").with(
                        "dtype: fp16",
                        "batch_sise: 3",
                        "epochs: many",
                        "device: my gpu",
                        "clip_grad_norm: -1",
                        "compile: True",
                        "merge_micro_batches: maybe",
                        "optimizer: {_component_: AdamV, lr: 0.1, loraplus_lr_ratio: 0}",
                        "profiler: {enabled: True, active_steps: 0}");
        assertThatThrownBy(run::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fp16 training is not supported")
                .hasMessageContaining("batch_sise: unknown key (did you mean 'batch_size'?)")
                .hasMessageContaining("merge_micro_batches: expected True, False, or a number of tokens")
                .hasMessageContaining("epochs: expected an integer, found 'many'")
                .hasMessageContaining("'my gpu' is not a device")
                .hasMessageContaining("clip_grad_norm: expected a number above 0")
                .hasMessageContaining("AdamV")
                .hasMessageContaining("loraplus_lr_ratio: expected the learning rate of B over that of A")
                .hasMessageContaining("active_steps");
    }

    @Test
    void anEarlierRunsResultsAreKept() {
        run("a").run();
        RecipeRun again = run("a").with("seed: 9");
        again.run();
        assertThat(folder.resolve("a/previous/1/adapter/adapter_model.safetensors"))
                .exists();
        assertThat(folder.resolve("a/previous/1/checkpoints/step_000008")).exists();
        assertThat(again.printed()).contains("results of an earlier run were moved");
        assertThat(again.metric("loss")).hasSize(8);
    }

    @Test
    void aRunWithOtherSettingsDoesNotResume() {
        run("a").with("max_steps: 4").run();
        assertRefused(
                run("a").with("resume_from_checkpoint: True", "batch_size: 4", "seed: 8"),
                "batch_size was 2, is 4",
                "seed was 7, is 8",
                "checkpointer.adapter_checkpoint=");
        assertRefused(run("a").with("resume_from_checkpoint: True", "max_steps: 4"), "is complete: step 4 of 4");
    }

    @Test
    void anAdapterCanBeBegunWith() {
        run("a").run();
        RecipeRun next = run("b").with("checkpointer: {_component_: FullModelHFCheckpointer,"
                + " checkpoint_dir: src/test/resources/golden/llama2_style, adapter_checkpoint: "
                + folder.resolve("a/adapter") + "}");
        next.run();
        assertThat(next.metric("loss").get(0))
                .isLessThan(run("a").metric("loss").get(3));
    }

    private static void assertRefused(RecipeRun run, String... parts) {
        assertThatThrownBy(run::run).isInstanceOf(UserException.class).hasMessageContainingAll(parts);
    }

    private static void assertClose(List<Double> actual, List<Double> expected, double relative) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i) / expected.get(i)).as("step %s", i).isCloseTo(1, within(relative));
        }
    }
}
