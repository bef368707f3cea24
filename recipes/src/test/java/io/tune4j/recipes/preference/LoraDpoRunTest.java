// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on pairs of answers. */
class LoraDpoRunTest {
    private static final String RESUME = "resume_from_checkpoint: True";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private Path records(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(
                    "{\"prompt\": \"add %d and %d, please, and say no more\", \"chosen\": \"%d\", \"rejected\": \"%d?\"}"
                            .formatted(i, i + 3, 2 * i + 3, i));
        }
        return Files.write(folder.resolve("pairs.jsonl"), lines);
    }

    private RecipeRun run(String out, String... yaml) throws IOException {
        String pairs = "{_component_: preference_dataset, data_files: " + records(20) + "}";
        return RecipeRun.of("lora_dpo_single_device", folder.resolve(out))
                .with("dataset: " + pairs, "token_cache: off", "save_every_n_steps: 2", "epochs: 4")
                .with(yaml);
    }

    private byte[] adapter(String out) throws IOException {
        return Files.readAllBytes(folder.resolve(out).resolve("adapter/adapter_model.safetensors"));
    }

    @Test
    void learnsWhatIsPreferred() throws IOException {
        RecipeRun run = run("out", "max_steps: 16");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        List<Double> loss = run.metric("loss");
        assertThat(loss).hasSize(16);
        assertThat(loss.get(0)).as("the loss before any step: log 2").isBetween(0.693, 0.6933);
        assertThat(loss.get(15)).isLessThan(0.5);
        assertThat(run.metric("rewards/margins").get(0)).isZero();
        assertThat(run.metric("rewards/margins").get(15)).isGreaterThan(0.5);
        assertThat(run.metric("rewards/accuracies").get(15)).isEqualTo(1);
        assertThat(run.metric("tokens_saved_by_sharing")).allMatch(saved -> saved > 0);
    }

    /** Sharing rows changes the order of sums only. */
    @Test
    void theSharedPromptChangesNothing() throws IOException {
        RecipeRun shared = run("shared");
        RecipeRun apart = run("apart", "share_prefixes: False");
        shared.run();
        apart.run();
        List<Double> one = shared.metric("loss");
        List<Double> other = apart.metric("loss");
        for (int i = 0; i < one.size(); i++) {
            assertThat(one.get(i)).isCloseTo(other.get(i), org.assertj.core.api.Assertions.within(1e-4));
        }
        assertThat(apart.metric("tokens_saved_by_sharing")).allMatch(saved -> saved == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{_component_: DPOLoss, loss_type: ipo}",
                "{_component_: torchtune.rlhf.loss.RSOLoss}",
                "{_component_: SimPOLoss}",
                "{_component_: ORPOLoss}",
                "{_component_: KTOLoss}"
            })
    void everyLossTrains(String loss) throws IOException {
        RecipeRun run = run("out", "loss: " + loss, "max_steps: 12");
        run.run();
        List<Double> losses = run.metric("loss");
        assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0));
        assertThat(run.metric("rewards/margins").get(11))
                .isGreaterThan(run.metric("rewards/margins").get(0));
    }

    @Test
    void resumesBitForBit() throws IOException {
        run("whole").run();
        AtomicInteger asked = new AtomicInteger();
        assertThat(run("parts").cancelledBy(() -> asked.incrementAndGet() > 7).run())
                .isEqualTo(Outcome.CANCELLED);
        assertThat(run("parts", RESUME).run()).isEqualTo(Outcome.COMPLETED);
        assertThat(adapter("parts")).isEqualTo(adapter("whole"));
    }

    /** The settings of the loss decide what is trained. */
    @Test
    void resumesWithTheSameLossOnly() throws IOException {
        String loss = "loss: {_component_: DPOLoss, beta: 0.1}";
        run("out", "max_steps: 2").run();
        for (String other : List.of(
                "loss: {_component_: DPOLoss, beta: 0.2}",
                "loss: {_component_: DPOLoss, loss_type: ipo}",
                "loss: {_component_: DPOLoss, label_smoothing: 0.1}",
                "loss: {_component_: ORPOLoss}")) {
            assertThatThrownBy(() -> run("out", "max_steps: 4", other, RESUME).run())
                    .as(other)
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll("other settings", "loss was DpoLoss", "beta=0.1");
        }
        assertThat(run("out", "max_steps: 4", loss, RESUME).run()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void isValidated() throws IOException {
        String pairs = "{_component_: preference_dataset, data_files: " + records(20) + "}";
        RecipeRun run = run("out", "dataset_val: " + pairs, "run_val_every_n_steps: 4", "save_best: True");
        run.run();
        assertThat(run.metric("val_loss")).hasSize(2);
        assertThat(run.metric("val_rewards/accuracies")).hasSize(2);
        assertThat(run.metric("val_perplexity")).isEmpty();
        assertThat(run.printed()).contains("validation loss at step 8").doesNotContain("perplexity");
        assertThat(folder.resolve("out/best/adapter_model.safetensors")).exists();
    }

    @Test
    void recordsOfAnotherKindAreRefused() throws IOException {
        assertThatThrownBy(() -> run("out", "dataset: {_component_: toy_dataset, size: 4}")
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("dataset", "chosen and a rejected answer", "preference_dataset");
        String pairs = "{_component_: preference_dataset, data_files: " + records(20) + "}";
        assertThatThrownBy(() -> RecipeRun.in(folder.resolve("sft"))
                        .with("dataset: " + pairs)
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("dataset", "lora_dpo_single_device");
    }

    @Test
    void equalAnswersEndTheRunOrAreLeftOut() throws IOException {
        Path file = folder.resolve("equal.jsonl");
        Files.writeString(file, """
                {"prompt": "a", "chosen": "b", "rejected": "c"}
                {"prompt": "a", "chosen": "b", "rejected": "b"}
                {"prompt": "d", "chosen": "e", "rejected": "f"}
                {"prompt": "g", "chosen": "h", "rejected": "i"}
                {"prompt": "j", "chosen": "k", "rejected": "l"}
                """);
        String data = "dataset: {_component_: preference_dataset, data_files: " + file;
        assertThatThrownBy(() -> run("out", data + "}").run())
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("equal.jsonl", "are equal", "on_bad_record: skip");
        RecipeRun skipping = run("out", data + ", on_bad_record: skip}", "max_steps: 1");
        assertThat(skipping.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(skipping.printed()).contains("1 records of dataset do not fit");
    }

    @Test
    void ktoDoesNotMergeMicroBatches() {
        assertThatThrownBy(() -> run("out", "loss: {_component_: KTOLoss}", "merge_micro_batches: True")
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("merge_micro_batches");
    }
}
