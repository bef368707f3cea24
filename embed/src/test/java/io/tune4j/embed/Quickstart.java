// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The quick start's model and data, and a run of a few steps whose config is made in code alone. */
final class Quickstart {
    static final Path MODEL = Path.of("..", "configs", "src", "main", "resources", "quickstart", "model")
            .toAbsolutePath()
            .normalize();

    private Quickstart() {}

    static FineTune run(Path output) {
        return FineTune.empty()
                .recipe("lora_finetune_single_device")
                .set("output_dir", output)
                .set("model", Map.of("_component_", "lora_llama", "lora_rank", 8, "lora_alpha", 16))
                .set("model.lora_attn_modules", List.of("q_proj", "v_proj"))
                .set("tokenizer", Map.of("_component_", "hf_tokenizer", "path", MODEL, "max_seq_len", 128))
                .set("checkpointer", Map.of("_component_", "FullModelHFCheckpointer", "checkpoint_dir", MODEL))
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
                "_component_",
                "alpaca_dataset",
                "source",
                "json",
                "data_files",
                MODEL.resolveSibling("data").resolve(file));
    }
}
