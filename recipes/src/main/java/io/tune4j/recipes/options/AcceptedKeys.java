// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
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

    /** Reads them for a recipe on one device. */
    public static AcceptedKeys read(ConfigValues config) {
        return read(config, "there is one device here, which has the whole model");
    }

    /** Reads them for a recipe whose workers each have the whole model. */
    public static AcceptedKeys readForWorkers(ConfigValues config) {
        return read(
                config, "each worker has the whole model: the data are divided among workers, and the weights are not");
    }

    private static AcceptedKeys read(ConfigValues config, String whole) {
        ConfigReader root = config.root();
        if (root.bool("compile", false)) {
            root.accept("compile", "there is no compiler to turn on: the kernels are fused by hand already");
        }
        root.accept("low_cpu_ram", "weights are streamed from the files in any case");
        root.accept("collate_fn", "batches are ragged: nothing is padded");
        for (String key : SHARDING) {
            root.accept(key, whole);
        }
        root.accept("cudnn_deterministic_mode", "a seed repeats a run in any case");
        return new AcceptedKeys();
    }
}
