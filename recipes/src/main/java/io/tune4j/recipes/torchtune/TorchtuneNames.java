// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.torchtune;

import static io.tune4j.api.plugin.ForeignName.missing;
import static io.tune4j.api.plugin.ForeignName.similar;

import io.tune4j.api.plugin.ForeignName;
import java.util.ArrayList;
import java.util.List;

/** The names in torchtune's configs that are not simply aliases of components: of release 0.6.1, and of those around it. */
public final class TorchtuneNames {
    private static final String EIGHT_BITS =
            "its state is kept in 8-bit codes in blocks of 256 (2.03 bytes for each trained parameter)";
    private static final String FAMILY = "no plugin for this model family is installed; docs/reference/models.md"
            + " lists the families that are here, and others come as plugins (docs/how-to/plugins.md)";
    private static final String PREFERENCES =
            "training on preferences (DPO) is another recipe, which is not here; lora_finetune_single_device takes"
                    + " chat_dataset or instruct_dataset";
    private static final String FULL =
            "full fine-tuning is not here; lora_finetune_single_device trains an adapter, and"
                    + " with save_adapter_weights_only=False writes the merged model too";
    private static final String DISTRIBUTED =
            "there is one device here: use lora_finetune_single_device with the config of that name";

    private TorchtuneNames() {}

    /** All of them. */
    public static List<ForeignName> all() {
        List<ForeignName> names = new ArrayList<>();
        names.addAll(optimizers());
        names.addAll(datasets());
        names.addAll(checkpointers());
        names.addAll(losses());
        names.addAll(models());
        names.addAll(recipes());
        // Its modules moved from release to release; the names in them stayed.
        names.add(ForeignName.lastPart("torchtune"));
        return List.copyOf(names);
    }

    private static List<ForeignName> optimizers() {
        return List.of(
                similar("torchao.optim.AdamW4bit", "AdamW8bit", EIGHT_BITS),
                similar("torchao.optim.AdamWFp8", "AdamW8bit", EIGHT_BITS),
                similar("torchao.prototype.low_bit_optim.AdamW4bit", "AdamW8bit", EIGHT_BITS),
                similar("torchao.prototype.low_bit_optim.AdamWFp8", "AdamW8bit", EIGHT_BITS),
                missing("torch.optim.*", "use torch.optim.AdamW, torch.optim.SGD or torch.optim.Adafactor"),
                missing("torchao.*", "use torchao.optim.AdamW8bit"),
                missing("bitsandbytes.optim.*", "use bitsandbytes.optim.AdamW8bit"));
    }

    private static List<ForeignName> datasets() {
        return List.of(
                missing("torchtune.datasets.preference_dataset", PREFERENCES),
                missing("torchtune.datasets.stack_exchange_paired_dataset", PREFERENCES),
                missing("torchtune.datasets.hh_rlhf_helpful_dataset", PREFERENCES),
                missing("torchtune.datasets.multimodal.*", "images are not read here"),
                missing("torchtune.datasets.PackedDataset", "set packed: True in the data set's own section"),
                missing("torchtune.datasets.ConcatDataset", "write a list of data sets, each with a weight if wanted"));
    }

    private static List<ForeignName> checkpointers() {
        return List.of(
                missing(
                        "torchtune.training.FullModelTorchTuneCheckpointer",
                        "torchtune's own format is not read; use torchtune.training.FullModelHFCheckpointer with the"
                                + " model's folder as it is on the hub"),
                missing("torchtune.training.DistributedCheckpointer", DISTRIBUTED));
    }

    private static List<ForeignName> losses() {
        return List.of(
                missing("torchtune.rlhf.loss.*", PREFERENCES),
                missing(
                        "torchtune.modules.loss.*",
                        "distillation is another recipe, which is not here; use"
                                + " torchtune.modules.loss.LinearCrossEntropyLoss"));
    }

    private static List<ForeignName> models() {
        return List.of(
                missing(
                        "torchtune.models.llama3_2_vision.*",
                        "images are not read here; use a model that reads text alone"),
                missing("torchtune.models.clip.*", "images are not read here; use a model that reads text alone"),
                missing("torchtune.models.flux.*", "images are not made here; use a model that writes text"),
                missing("torchtune.models.t5.*", FAMILY));
    }

    private static List<ForeignName> recipes() {
        return List.of(
                missing("lora_finetune_distributed", DISTRIBUTED),
                missing("dev/lora_finetune_distributed_multi_dataset", DISTRIBUTED),
                missing("qat_lora_finetune_distributed", DISTRIBUTED),
                missing("dev/early_exit_finetune_distributed", DISTRIBUTED),
                missing("full_finetune_single_device", FULL),
                missing("full_finetune_distributed", FULL),
                missing("qat_distributed", FULL),
                missing("lora_dpo_single_device", PREFERENCES),
                missing("lora_dpo_distributed", PREFERENCES),
                missing("full_dpo_distributed", PREFERENCES),
                missing("ppo_full_finetune_single_device", PREFERENCES),
                missing(
                        "knowledge_distillation_single_device",
                        "distillation is not here; lora_finetune_single_device trains on records alone"),
                missing(
                        "knowledge_distillation_distributed",
                        "distillation is not here; lora_finetune_single_device trains on records alone"),
                missing(
                        "generate",
                        "answers are written before and after training where the config has dataset_val and samples; for"
                                + " more, load the adapter or the merged model with transformers, vLLM or llama.cpp"),
                missing("dev/generate_v2", "load the adapter or the merged model with transformers, vLLM or llama.cpp"),
                missing(
                        "dev/generate_v2_distributed",
                        "load the adapter or the merged model with transformers, vLLM or llama.cpp"),
                missing(
                        "quantize",
                        "base weights are quantized while they are loaded (qlora_*); to quantize the merged model use the"
                                + " tool of the server that runs it"));
    }
}
