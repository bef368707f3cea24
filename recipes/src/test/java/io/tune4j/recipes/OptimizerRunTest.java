// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
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

/** Whole runs with other optimizers and precisions than usual. */
class OptimizerRunTest {
    private static final String EIGHT_BITS = "optimizer: {_component_: AdamW8bit, lr: 0.01, min_8bit_size: 0}";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private RecipeRun run(String name) {
        return RecipeRun.in(folder.resolve(name));
    }

    private byte[] adapter(String run) throws IOException {
        return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
    }

    private void resumesBitForBit(String... options) throws IOException {
        run("whole").with(options).run();
        AtomicInteger asked = new AtomicInteger();
        run("parts")
                .with(options)
                .cancelledBy(() -> asked.incrementAndGet() > 7)
                .run();
        RecipeRun rest = run("parts").with(options).with("resume_from_checkpoint: True");
        rest.run();
        assertThat(rest.printed()).contains("resuming   after step ");
        assertThat(adapter("parts")).isEqualTo(adapter("whole"));
    }

    @Test
    void eightBitStateResumesBitForBit() throws IOException {
        resumesBitForBit(EIGHT_BITS);
    }

    @Test
    void anOptimizerWithoutStateResumes() throws IOException {
        resumesBitForBit("optimizer: {_component_: SGD, lr: 0.5}");
    }

    @Test
    void narrowPartsResumeBitForBit() throws IOException {
        resumesBitForBit(
                "adapter_dtype: bf16",
                "optimizer_state_dtype: bf16",
                "optimizer: {_component_: AdamW, lr: 0.01, bf16_stochastic_round: True}");
    }

    @Test
    void anotherOptimizerOrStateDoesNotResume() {
        run("a").with("max_steps: 4").run();
        assertRefused(run("a").with("resume_from_checkpoint: True", EIGHT_BITS), "optimizer was AdamW, is AdamW8bit");
        assertRefused(
                run("a").with("resume_from_checkpoint: True", "optimizer_state_dtype: bf16"),
                "optimizer_state_dtype was not set, is bf16");
    }

    @Test
    void everyOptimizerLearns() {
        for (String optimizer : List.of(
                "SGD, lr: 0.5, momentum: 0.9", "Adafactor, lr: 0.1", "Lion, lr: 3e-3", "PagedAdamW8bit, lr: 0.01")) {
            RecipeRun run = run(optimizer.substring(0, 4)).with("optimizer: {_component_: " + optimizer + "}");
            run.run();
            List<Double> losses = run.metric("loss");
            assertThat(losses.get(7)).as(optimizer).isLessThan(losses.get(0));
        }
    }

    /** The warm-up makes the first update with a rate of 0, so nothing differs until the third step. */
    @Test
    void loraPlusLetsBLearnFaster() {
        RecipeRun plain = run("plain").with("optimizer: {_component_: SGD, lr: 0.05}");
        RecipeRun plus = run("plus").with("optimizer: {_component_: SGD, lr: 0.05, loraplus_lr_ratio: 8}");
        plain.run();
        plus.run();
        assertThat(plus.metric("loss").subList(0, 2))
                .isEqualTo(plain.metric("loss").subList(0, 2));
        assertThat(plus.metric("loss").get(7)).isLessThan(plain.metric("loss").get(7));
    }

    @Test
    void whatPagingMeansHereIsSaid() {
        RecipeRun run = run("a").with("optimizer: {_component_: bitsandbytes.optim.PagedAdamW8bit, lr: 0.01}");
        run.run();
        assertThat(run.printed()).contains("on the CPU its state is ordinary memory");
    }

    @Test
    void wrongPrecisionsAreProblems() {
        assertRefused(
                run("a").with(
                                "adapter_dtype: fp16",
                                "optimizer_state_dtype: int32",
                                "optimizer: {_component_: AdamW8bit, lr: 0.01}"),
                "adapter_dtype: fp16 has too small a range",
                "optimizer_state_dtype: expected bf16 or fp32");
        assertRefused(
                run("a").with("optimizer_state_dtype: bf16", EIGHT_BITS),
                "the optimizer 'AdamW8bit' decides about its state itself");
        assertRefused(
                run("a").with(
                                "adapter_dtype: bf16",
                                "model: {_component_: lora_llama, lora_attn_modules: [q_proj], adapter_dtype: fp32}"),
                "model.adapter_dtype, the same thing, is fp32");
    }

    @Test
    void updatesInTheBackwardHaveTorchtunesRules() {
        assertRefused(
                run("a").with("optimizer_in_bwd: True"), "cannot be used with gradient_accumulation_steps above 1");
        assertRefused(
                run("a").with("optimizer_in_bwd: True", "gradient_accumulation_steps: 1", "clip_grad_norm: 1.0"),
                "cannot be used with clip_grad_norm");
        RecipeRun accepted = run("a").with("optimizer_in_bwd: True", "gradient_accumulation_steps: 1", "max_steps: 1");
        accepted.run();
        assertThat(accepted.printed()).contains("updates are made after the backward pass");
    }

    private static void assertRefused(RecipeRun run, String... parts) {
        assertThatThrownBy(run::run).isInstanceOf(UserException.class).hasMessageContainingAll(parts);
    }
}
