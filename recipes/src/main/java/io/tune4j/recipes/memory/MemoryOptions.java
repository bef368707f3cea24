// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.Device;
import java.util.Map;
import java.util.Objects;

/**
 * The memory limit of a run, and the means by which it needs less.
 *
 * @param activations what becomes of them between forward and backward
 * @param limit what the process may take on the CPU
 */
public record MemoryOptions(ActivationOptions activations, MemoryLimit limit) {
    public static MemoryOptions read(ConfigValues config) {
        Device device = Objects.requireNonNullElse(config.require(Device.class), Device.CPU);
        return new MemoryOptions(
                ActivationOptions.read(config.root(), device),
                MemoryLimit.read(config.root(), device, processes(config.environment())));
    }

    /** The processes of this run on this machine, as torchrun tells it. */
    private static int processes(Map<String, String> told) {
        String text = told.getOrDefault("LOCAL_WORLD_SIZE", "1");
        return text.matches("[1-9]\\d{0,5}") ? Integer.parseInt(text) : 1;
    }
}
