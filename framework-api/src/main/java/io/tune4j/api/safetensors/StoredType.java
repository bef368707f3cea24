// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.tensor.DType;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The element types a safetensors header may name, in the reference implementation's order of increasing alignment,
 * by which files are sorted. Some have no counterpart among the framework's {@link DType}s: a file may contain such
 * tensors, but they cannot be read.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum StoredType {
    BOOL(8, DType.BOOL),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    U8(8, DType.UINT8),
    I8(8, null),
    F8_E5M2(8, null),
    F8_E4M3(8, null),
    F8_E8M0(8, null),
    F8_E4M3FNUZ(8, null),
    F8_E5M2FNUZ(8, null),
    I16(16, null),
    U16(16, null),
    F16(16, DType.FLOAT16),
    BF16(16, DType.BFLOAT16),
    I32(32, DType.INT32),
    U32(32, null),
    F32(32, DType.FLOAT32),
    C64(64, null),
    F64(64, DType.FLOAT64),
    I64(64, DType.INT64),
    U64(64, null);

    private static final Map<String, StoredType> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(StoredType::name, Function.identity()));

    private final int bits;
    private final @Nullable DType dtype;

    StoredType(int bits, @Nullable DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** Bits per element. */
    public int bits() {
        return bits;
    }

    /** The framework's dtype, null if it has none. */
    public @Nullable DType dtype() {
        return dtype;
    }

    /** The type with that name in a header, null if there is none. */
    public static @Nullable StoredType named(String name) {
        return BY_NAME.get(name);
    }

    /** The stored type of a dtype. */
    public static StoredType of(DType dtype) {
        return valueOf(dtype.safetensorsName());
    }
}
