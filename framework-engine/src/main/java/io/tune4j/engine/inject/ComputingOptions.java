// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.Map;
import java.util.function.Consumer;

/** Reads where and in which type a run computes: {@code device}, {@code dtype} and {@code num_threads}. */
record ComputingOptions(ConfigReader root, Map<String, String> environment) {
    BackendOptions backend(Device device, DType dtype, Consumer<String> warnings) {
        return new BackendOptions(
                device,
                dtype,
                LocalWorkers.of(environment).threads(root.integer("num_threads", 0, 0, 4096)),
                warnings,
                UserFolders.cache(environment));
    }

    DType dtype() {
        DType dtype = root.dtype("dtype", DType.BFLOAT16);
        if (dtype == DType.FLOAT16) {
            root.problem(
                    "dtype",
                    "fp16 training is not supported: its range needs loss scaling. Use bf16, which takes as little"
                            + " memory, or fp32");
        } else if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16 && dtype != DType.FLOAT64) {
            root.problem("dtype", "expected bf16 or fp32, found " + dtype);
        }
        return dtype;
    }

    Device device() {
        try {
            return LocalWorkers.of(environment).device(root.string("device", "cpu"));
        } catch (UserException e) {
            root.problem("device", String.valueOf(e.getMessage()));
            return Device.CPU;
        }
    }
}
