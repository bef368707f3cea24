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
            "full fine-tuning on preferences is not here; lora_dpo_single_device trains an adapter on them";
    private static final String FULL = "use full_finetune_distributed, which trains all weights with several workers";
    private static final String DISTRIBUTED =
            "use lora_finetune_distributed, which trains an adapter with several workers";

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
                missing(
                        "torchtune.training.DistributedCheckpointer",
                        "states are written by the first worker alone; use torchtune.training.FullModelHFCheckpointer"));
    }

    private static List<ForeignName> losses() {
        return List.of(
                missing(
                        "torchtune.rlhf.loss.*",
                        "lora_dpo_single_device has DPOLoss, RSOLoss, IPOLoss, SimPOLoss, ORPOLoss and KTOLoss"),
                missing(
                        "torchtune.modules.loss.*",
                        "knowledge_distillation_single_device has ForwardKLLoss in its section kd_loss; here use"
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
                missing("dev/lora_finetune_distributed_multi_dataset", DISTRIBUTED),
                missing("qat_lora_finetune_distributed", DISTRIBUTED),
                missing("dev/early_exit_finetune_distributed", DISTRIBUTED),
                missing("qat_distributed", FULL),
                missing(
                        "lora_dpo_distributed",
                        "preferences are trained in one process: use lora_dpo_single_device with this config. Several workers train"
                                + " with lora_finetune_distributed and full_finetune_distributed"),
                missing("full_dpo_distributed", PREFERENCES),
                missing("ppo_full_finetune_single_device", PREFERENCES),
                missing(
                        "knowledge_distillation_distributed",
                        "a student is trained in one process: use knowledge_distillation_single_device with this config. Several"
                                + " workers train with lora_finetune_distributed and full_finetune_distributed"),
                missing("dev/generate_v2", "text is generated by tune run generate --config generation"),
                missing(
                        "dev/generate_v2_distributed",
                        "text is generated on one device, by tune run generate --config generation"));
    }
}
