// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import io.tune4j.api.error.UserException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** Element types of tensors, with the names that configs use ({@code fp32}, {@code bf16}, ...). */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum DType {
    /** Binary64 of IEEE 754. */
    FLOAT64("fp64", "F64", 8, true),
    /** Binary32 of IEEE 754. */
    FLOAT32("fp32", "F32", 4, true),
    /** The upper half of a binary32: 8 bits of exponent, 7 of mantissa. */
    BFLOAT16("bf16", "BF16", 2, true),
    /** Binary16 of IEEE 754. */
    FLOAT16("fp16", "F16", 2, true),
    /** Signed, 64 bits: token ids and indexes. */
    INT64("int64", "I64", 8, false),
    /** Signed, 32 bits. */
    INT32("int32", "I32", 4, false),
    /** Unsigned, 8 bits: codes of quantized values. */
    UINT8("uint8", "U8", 1, false),
    /** A byte, 0 or 1. */
    BOOL("bool", "BOOL", 1, false);

    private final String configName;
    private final String safetensorsName;
    private final int byteSize;
    private final boolean floating;

    DType(String configName, String safetensorsName, int byteSize, boolean floating) {
        this.configName = configName;
        this.safetensorsName = safetensorsName;
        this.byteSize = byteSize;
        this.floating = floating;
    }

    /** The name used in configs and messages, e.g. {@code bf16}. */
    public String configName() {
        return configName;
    }

    /** The name in a safetensors header, e.g. {@code BF16}. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** Bytes per element. */
    public int byteSize() {
        return byteSize;
    }

    /** Whether it is a floating-point dtype. */
    public boolean isFloating() {
        return floating;
    }

    /**
     * Looks up a config name, also in PyTorch's spelling ({@code float32}, {@code bfloat16}, {@code half}).
     *
     * @throws UserException if there is no such dtype
     */
    public static DType parse(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        for (DType dtype : values()) {
            if (dtype.configName.equals(key)
                    || dtype.name().toLowerCase(Locale.ROOT).equals(key)) {
                return dtype;
            }
        }
        return switch (key) {
            case "half" -> FLOAT16;
            case "float" -> FLOAT32;
            case "double" -> FLOAT64;
            case "long" -> INT64;
            default ->
                throw new UserException("unknown dtype '" + name + "'; known: "
                        + Arrays.stream(values()).map(DType::configName).collect(Collectors.joining(", ")));
        };
    }

    @Override
    public String toString() {
        return configName;
    }
}
