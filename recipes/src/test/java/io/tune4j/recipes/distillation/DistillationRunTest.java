// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.io.TempDir;

/** Whole runs with a teacher. */
class DistillationRunTest {
    private static final String BASE =
            "teacher_checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: src/test/resources/golden/llama2_style}";
    private static final String RESUME = "resume_from_checkpoint: True";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String out, String... yaml) {
        return RecipeRun.of("knowledge_distillation_single_device", folder.resolve(out))
                .with(BASE, "teacher_model: {_component_: llama}", "save_every_n_steps: 2")
                .with(yaml);
    }

    /** Where student and teacher are the same model there is nothing to learn. */
    @Test
    void aTeacherThatIsTheBaseTeachesNothing() {
        RecipeRun run = run("out", "kd_ratio: 1", "max_steps: 2");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(run.metric("grad_norm")).allMatch(norm -> norm < 1e-4);
        assertThat(run.metric("class_loss")).allMatch(loss -> loss > 1);
    }

    @Test
    void learnsFromLabelsAndTeacher() {
        RecipeRun run = run("out", "kd_loss: {_component_: torchtune.modules.loss.ForwardKLWithChunkedOutputLoss}");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
        List<Double> loss = run.metric("loss");
        List<Double> labels = run.metric("class_loss");
        List<Double> teacher = run.metric("kd_loss");
        for (int i = 0; i < loss.size(); i++) {
            assertThat(loss.get(i)).isCloseTo((labels.get(i) + teacher.get(i)) / 2, within(1e-6));
        }
        assertThat(labels.get(7)).isLessThan(labels.get(0));
    }

    @Test
    void theTeacherMayBeQuantized() {
        RecipeRun run = run("out", "teacher_model: {_component_: llama, quantize_base: True}", "max_steps: 2");
        assertThat(run.run()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void resumesBitForBit() throws IOException {
        run("whole").run();
        AtomicInteger asked = new AtomicInteger();
        assertThat(run("parts").cancelledBy(() -> asked.incrementAndGet() > 7).run())
                .isEqualTo(Outcome.CANCELLED);
        assertThat(run("parts", RESUME).run()).isEqualTo(Outcome.COMPLETED);
        assertThat(Files.readAllBytes(folder.resolve("parts/adapter/adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(folder.resolve("whole/adapter/adapter_model.safetensors")));
    }

    @Test
    void resumesWithTheSameTeacherOnly() {
        run("out", "max_steps: 2").run();
        assertOtherRefused("kd_ratio: 0.7", "kd_ratio was 0.5, is 0.7");
        assertOtherRefused(
                "teacher_model: {_component_: llama, quantize_base: True}",
                "teacher_model was {_component_",
                "quantize_base");
        assertThat(run("out", "max_steps: 4", RESUME).run()).isEqualTo(Outcome.COMPLETED);
    }

    private void assertOtherRefused(String yaml, String... words) {
        assertThatThrownBy(() -> run("out", "max_steps: 4", yaml, RESUME).run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(words);
    }

    private void assertRefused(String yaml, String... words) {
        assertThatThrownBy(() -> run("out", yaml).run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void wrongTeachersAreRefused() {
        assertRefused("teacher_model: {_component_: toy}", "teacher_model", "tokens in its vocabulary");
        assertRefused("teacher_model: {_component_: lora_llama, lora_attn_modules: [q_proj]}", "learns nothing");
        assertRefused("kd_ratio: 1.5", "kd_ratio");
        assertRefused("kd_loss: {_component_: torchtune.modules.loss.ReverseKLLoss}", "kd_loss", "ForwardKLLoss");
    }

    @Test
    void aMissingTeacherIsAProblem() {
        assertThatThrownBy(() -> RecipeRun.of("knowledge_distillation_single_device", folder.resolve("out"))
                        .run())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("teacher_model", "teacher_checkpointer");
    }
}
