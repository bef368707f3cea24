// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.app.configs.Checks.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** torchtune's own files run unchanged: written here from their keys and names, and the real ones where they are installed. */
class TorchtuneConfigsTest {
    private static final String HF = "torchtune.training.FullModelHFCheckpointer";
    private static final String META = "torchtune.training.FullModelMetaCheckpointer";

    /** The common part of torchtune 0.6.1's configs of this recipe, in its spelling. */
    private static String yaml(String model, String tokenizer, String checkpointer, String files, String type) {
        return """
                output_dir: /tmp/torchtune/run
                model:
                  _component_: torchtune.models.%s
                  lora_attn_modules: ['q_proj', 'v_proj', 'output_proj']
                  apply_lora_to_mlp: True
                  apply_lora_to_output: False
                  lora_rank: 8
                  lora_alpha: 16
                  lora_dropout: 0.0
                tokenizer:
                  _component_: torchtune.models.%s
                  path: /tmp/nowhere/original/tokenizer.model
                  max_seq_len: null
                checkpointer:
                  _component_: %s
                  checkpoint_dir: /tmp/nowhere/
                  checkpoint_files: %s
                  adapter_checkpoint: null
                  recipe_checkpoint: null
                  output_dir: ${output_dir}
                  model_type: %s
                resume_from_checkpoint: False
                save_adapter_weights_only: False
                dataset:
                  _component_: torchtune.datasets.alpaca_cleaned_dataset
                  packed: False
                seed: null
                shuffle: True
                batch_size: 2
                optimizer:
                  _component_: torch.optim.AdamW
                  fused: True
                  weight_decay: 0.01
                  lr: 3e-4
                lr_scheduler:
                  _component_: torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup
                  num_warmup_steps: 100
                loss:
                  _component_: torchtune.modules.loss.CEWithChunkedOutputLoss
                epochs: 1
                max_steps_per_epoch: null
                gradient_accumulation_steps: 8
                clip_grad_norm: null
                compile: False
                metric_logger:
                  _component_: torchtune.training.metric_logging.DiskLogger
                  log_dir: ${output_dir}/logs
                log_every_n_steps: 1
                log_peak_memory_stats: True
                low_cpu_ram: False
                device: cuda
                dtype: bf16
                enable_activation_checkpointing: True
                enable_activation_offloading: False
                profiler:
                  _component_: torchtune.training.setup_torch_profiler
                  enabled: False
                  output_dir: ${output_dir}/profiling_outputs
                  cpu: True
                  cuda: True
                  profile_memory: False
                  with_stack: False
                  record_shapes: True
                  with_flops: False
                  wait_steps: 5
                  warmup_steps: 3
                  active_steps: 2
                  num_cycles: 1
                """.formatted(model, tokenizer, checkpointer, files, type);
    }

    @ParameterizedTest
    @CsvSource({
        "llama2.lora_llama2_7b, llama2.llama2_tokenizer, HF, LLAMA2",
        "llama2.qlora_llama2_7b, llama2.llama2_tokenizer, HF, LLAMA2",
        "llama2.qlora_llama2_13b, llama2.llama2_tokenizer, HF, LLAMA2",
        "code_llama2.lora_code_llama2_7b, llama2.llama2_tokenizer, HF, LLAMA2",
        "code_llama2.qlora_code_llama2_7b, llama2.llama2_tokenizer, HF, LLAMA2",
        "llama3.lora_llama3_8b, llama3.llama3_tokenizer, META, LLAMA3",
        "llama3.qlora_llama3_8b, llama3.llama3_tokenizer, META, LLAMA3",
        "llama3_1.lora_llama3_1_8b, llama3.llama3_tokenizer, HF, LLAMA3",
        "llama3_1.qlora_llama3_1_8b, llama3.llama3_tokenizer, HF, LLAMA3",
        "llama3_2.lora_llama3_2_1b, llama3.llama3_tokenizer, HF, LLAMA3_2",
        "llama3_2.qlora_llama3_2_3b, llama3.llama3_tokenizer, HF, LLAMA3_2",
        "llama3_3.qlora_llama3_3_70b, llama3.llama3_tokenizer, HF, LLAMA3",
        "mistral.qlora_mistral_7b, mistral.mistral_tokenizer, HF, MISTRAL",
        "gemma2.qlora_gemma2_9b, gemma.gemma_tokenizer, HF, GEMMA2",
        "qwen2_5.lora_qwen2_5_7b_instruct, qwen2_5.qwen2_5_tokenizer, HF, QWEN2",
        "phi3.lora_phi3_mini, phi3.phi3_mini_tokenizer, HF, PHI3_MINI",
        "phi4.qlora_phi4_14b, phi4.phi4_tokenizer, HF, PHI4"
    })
    void whatTheirFilesSayIsRight(String model, String tokenizer, String checkpointer, String type) {
        boolean meta = checkpointer.equals("META");
        String files =
                meta ? "[consolidated.00.pth]" : "[pytorch_model-00001-of-00002.bin, pytorch_model-00002-of-00002.bin]";
        Result result = Checks.check(yaml(model, tokenizer, meta ? META : HF, files, type), List.of());
        assertThat(result.mistakes()).isEmpty();
        assertThat(result.problems().all()).allMatch(problem -> problem.missingFile());
    }

    /** QDoRA is LoRA with two switches there. */
    @Test
    void quantizedDora() {
        String yaml = yaml("llama3.lora_llama3_8b", "llama3.llama3_tokenizer", META, "[consolidated.00.pth]", "LLAMA3");
        Result result = Checks.check(yaml, List.of("model.use_dora=True", "model.quantize_base=True"));
        assertThat(result.mistakes()).isEmpty();
        assertThat(Objects.requireNonNull(Objects.requireNonNull(result.plan()).peft())
                        .describe())
                .startsWith("DoRA");
        assertThat(result.plan().weightFormat().getClass().getSimpleName()).isEqualTo("FourBitFormat");
        assertThat(Checks.check(
                                yaml,
                                List.of(
                                        "model._component_=qlora_llama3_8b",
                                        "model.lora_attn_modules=[q_proj]",
                                        "model.quantize_base=False"))
                        .mistakes())
                .singleElement()
                .asString()
                .contains("model.quantize_base", "write lora_ instead of qlora_");
    }

    /** The command of the recipe's page in torchtune's documentation, also as a shell hands it over. */
    @Test
    void theCommandOfTheRecipesPage() {
        String yaml = yaml("llama3_1.lora_llama3_1_8b", "llama3.llama3_tokenizer", HF, "[a.safetensors]", "LLAMA3");
        for (List<String> list : List.of(
                List.of("--model.lora_attn_modules=[q_proj,", "k_proj,", "v_proj]"),
                List.of("--model.lora_attn_modules=[\"q_proj\", \"k_proj\", \"v_proj\"]"))) {
            List<String> overrides = new ArrayList<>(list);
            overrides.addAll(
                    List.of("--model.apply_lora_to_mlp=True", "--model.lora_rank=64", "--model.lora_alpha=128"));
            Result result = Checks.check(yaml, overrides);
            assertThat(result.mistakes()).isEmpty();
            assertThat(Objects.requireNonNull(
                                    Objects.requireNonNull(result.plan()).peft())
                            .describe())
                    .isEqualTo("LoRA, rank 64, alpha 128, 6 projections in each of 32 layers, 151.0 M parameters");
        }
    }

    @Test
    void lowBitOptimizersAreThere() {
        String yaml = yaml("llama3_1.lora_llama3_1_8b", "llama3.llama3_tokenizer", HF, "[a.safetensors]", "LLAMA3");
        Result paged = Checks.check(
                yaml, List.of("optimizer._component_=bitsandbytes.optim.PagedAdamW8bit", "optimizer.lr=2e-5"));
        assertThat(paged.mistakes()).isEmpty();
        assertThat(paged.notices().all())
                .noneMatch(notice -> notice.contains("stands for"))
                .anyMatch(notice ->
                        notice.contains("the keys of the old component are dropped: fused, lr, weight_decay"));
        Result four = Checks.check(yaml, List.of("optimizer._component_=torchao.optim.AdamW4bit"));
        assertThat(four.mistakes()).isEmpty();
        assertThat(four.notices().all())
                .anyMatch(notice -> notice.contains("AdamW8bit stands for torchao.optim.AdamW4bit")
                        && notice.contains("8-bit codes in blocks of 256"));
    }

    @Test
    void theInstalledTorchtunesFilesAreRight(@TempDir Path folder) throws IOException, InterruptedException {
        Path configs = installedConfigs(folder);
        assumeTrue(
                configs != null, "torchtune is not installed (TORCHTUNE_CONFIGS may name its folder recipes/configs)");
        int checked = 0;
        for (String family : List.of(
                "llama2",
                "code_llama2",
                "llama3",
                "llama3_1",
                "llama3_2",
                "gemma",
                "gemma2",
                "mistral",
                "phi3",
                "phi4",
                "qwen2",
                "qwen2_5")) {
            try (var files = Files.list(configs.resolve(family))) {
                for (Path file : files.sorted().toList()) {
                    String text = Checks.read(file);
                    if (file.getFileName()
                            .toString()
                            .matches("((mini|[\\d.]+B|.*_KD)_q?(lo|do)ra(_dpo)?_single_device"
                                    + "|(mini|[\\d.]+B)_full_(single_device|low_memory)).yaml")) {
                        assertThat(Checks.check(text, List.of()).mistakes())
                                .as(file.toString())
                                .isEmpty();
                        checked++;
                    }
                }
            }
        }
        assertThat(checked).isEqualTo(43 + 16);
    }

    /** The folder of the configs of an installed torchtune, or null. */
    static @Nullable Path installedConfigs(Path folder) throws IOException, InterruptedException {
        String named = System.getenv("TORCHTUNE_CONFIGS");
        if (named != null) {
            return Path.of(named);
        }
        Path log = folder.resolve("log");
        try {
            Process python = new ProcessBuilder(
                            "python3", "-c", "import importlib.util as u; print(u.find_spec('torchtune').origin)")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!python.waitFor(30, TimeUnit.SECONDS) || python.exitValue() != 0) {
                return null;
            }
        } catch (IOException e) {
            return null;
        }
        Path configs = Path.of(Files.readString(log).strip())
                .resolve("../../recipes/configs")
                .normalize();
        return Files.isDirectory(configs) ? configs : null;
    }
}
