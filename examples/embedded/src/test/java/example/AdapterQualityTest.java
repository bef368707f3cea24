// SPDX-License-Identifier: Apache-2.0
package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tune4j.embed.FineTune;
import io.tune4j.embed.FineTuned;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fails the build when a change to data or settings makes the adapter worse. */
class AdapterQualityTest {
    /** What the last accepted adapter had. */
    private static final double ACCEPTED_VALIDATION_LOSS = 1.2;

    private static final Path QUICKSTART = Path.of(System.getProperty("quickstart"));

    @Test
    void theValidationLossDoesNotRise(@TempDir Path folder) {
        FineTuned result = FineTune.empty()
                .recipe("lora_finetune_single_device")
                .set("output_dir", folder)
                .set(
                        "model",
                        Map.of(
                                "_component_",
                                "lora_llama",
                                "lora_rank",
                                16,
                                "lora_alpha",
                                32,
                                "apply_lora_to_mlp",
                                true))
                .set("model.lora_attn_modules", List.of("q_proj", "v_proj"))
                .set(
                        "tokenizer",
                        Map.of("_component_", "hf_tokenizer", "path", QUICKSTART.resolve("model"), "max_seq_len", 256))
                .set(
                        "checkpointer",
                        Map.of("_component_", "FullModelHFCheckpointer", "checkpoint_dir", QUICKSTART.resolve("model")))
                .set("dataset", data("train.json"))
                .set("dataset_val", data("validation.json"))
                .set("optimizer", Map.of("_component_", "AdamW", "lr", 2e-3))
                .set("batch_size", 16)
                .set("max_steps", 30)
                .set("save_adapter_weights_only", true)
                .set("dtype", "fp32")
                .set("seed", 1)
                .run();

        assertTrue(
                result.lastValidationLoss() <= ACCEPTED_VALIDATION_LOSS,
                () -> "the validation loss is " + result.lastValidationLoss() + ", above " + ACCEPTED_VALIDATION_LOSS);
    }

    private static Map<String, Object> data(String file) {
        return Map.of(
                "_component_",
                "alpaca_dataset",
                "source",
                "json",
                "data_files",
                QUICKSTART.resolve("data").resolve(file));
    }
}
