// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.ConfigValues;
import java.util.List;

/** Keys of torchtune's configs that change nothing here. */
public record AcceptedKeys() {
    /** What torchtune's configs for several devices say of how a model is divided among them. */
    private static final List<String> SHARDING = List.of(
            "fsdp",
            "fsdp_cpu_offload",
            "custom_sharded_layers",
            "tensor_parallel_dim",
            "tensor_parallel_plan",
            "data_parallel_shard_dim",
            "data_parallel_replicate_dim");

    public static AcceptedKeys read(ConfigValues config) {
        ConfigReader root = config.root();
        if (root.bool("compile", false)) {
            root.accept("compile", "there is no compiler to turn on: the kernels are fused by hand already");
        }
        root.accept("low_cpu_ram", "weights are streamed from the files in any case");
        root.accept("collate_fn", "batches are ragged: nothing is padded");
        for (String key : SHARDING) {
            root.accept(key, "there is one device here, which has the whole model");
        }
        root.accept("cudnn_deterministic_mode", "a seed repeats a run in any case");
        return new AcceptedKeys();
    }
}
