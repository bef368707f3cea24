// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.tensor.DType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dtype of a part of a run that is kept in fp32 unless the config says otherwise. */
final class PartDtype {
    private PartDtype() {}

    /** bf16, fp32 or fp64; null if absent or wrong. */
    static @Nullable DType read(ConfigReader root, String key) {
        if (!root.has(key)) {
            return null;
        }
        DType dtype = root.dtype(key, DType.FLOAT32);
        if (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16 || dtype == DType.FLOAT64) {
            return dtype;
        }
        root.problem(
                key,
                dtype == DType.FLOAT16
                        ? "fp16 has too small a range for it: use bf16 or fp32"
                        : "expected bf16 or fp32, found " + dtype);
        return null;
    }

    /** Adds it where it is not as usual, for a run that resumes. */
    static void describe(Map<String, String> settings, String key, @Nullable DType dtype) {
        if (dtype != null && dtype != DType.FLOAT32) {
            settings.put(key, dtype.configName());
        }
    }
}
