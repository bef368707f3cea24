// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import io.tune4j.recipes.testing.RecipeRun;
import java.nio.file.Path;
import java.util.Arrays;

/** A run in which all that a run writes is written, for a process of its own or for a test. */
final class RecordedRun {
    private static final String[] CONFIG = {
        "max_steps: null",
        "epochs: 2",
        "max_steps_per_epoch: 3",
        "save_every_n_steps: 1",
        "keep_last_n_checkpoints: 2",
        "dataset_val: {_component_: toy_dataset, size: 9}",
        "run_val_every_n_steps: 2",
        "save_best: True",
        "save_adapter_weights_only: False"
    };

    private RecordedRun() {}

    static RecipeRun in(Path output, String... config) {
        return RecipeRun.in(output).with(CONFIG).with(config);
    }

    public static void main(String[] arguments) {
        in(Path.of(arguments[0]), Arrays.copyOfRange(arguments, 1, arguments.length))
                .run();
        System.exit(0);
    }
}
