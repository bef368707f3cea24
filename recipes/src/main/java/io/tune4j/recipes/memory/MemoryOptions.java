// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.recipe.ConfigValues;
import io.tune4j.api.tensor.Device;
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
                ActivationOptions.read(config.root(), device), MemoryLimit.read(config.root(), device));
    }
}
