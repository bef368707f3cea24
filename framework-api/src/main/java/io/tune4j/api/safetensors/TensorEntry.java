// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor lies in a file. Elements are little-endian, row by row.
 *
 * @param name its name in the file
 * @param storedType its element type in the file
 * @param shape lengths of the dimensions, empty for a scalar
 * @param byteOffset of its first byte, from the beginning of the file
 * @param byteLength how many bytes it has, possibly 0
 * @param file the file it is in
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("ArrayRecordComponent") // a shape is a long[] everywhere; equals and the accessor treat it as a value
public record TensorEntry(
        String name, StoredType storedType, long[] shape, long byteOffset, long byteLength, Path file) {
    public TensorEntry {
        shape = shape.clone();
    }

    /** A copy of the shape. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * The element type as a dtype of the framework.
     *
     * @throws UserException if it has no such type
     */
    public DType dtype() {
        DType dtype = storedType.dtype();
        if (dtype == null) {
            throw new DataException("tensor '" + name + "' in " + file + " has dtype " + storedType
                    + ", which cannot be read here; readable are "
                    + Stream.of(StoredType.values())
                            .filter(type -> type.dtype() != null)
                            .map(StoredType::name)
                            .collect(Collectors.joining(", "))
                    + ". Use a checkpoint in BF16, F16 or F32, or convert this one (in Python: load it with transformers"
                    + " and dtype=torch.bfloat16, then save_pretrained)");
        }
        return dtype;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TensorEntry that
                && name.equals(that.name)
                && storedType == that.storedType
                && Arrays.equals(shape, that.shape)
                && byteOffset == that.byteOffset
                && byteLength == that.byteLength
                && file.equals(that.file);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, storedType, Arrays.hashCode(shape), byteOffset, byteLength, file);
    }

    @Override
    public String toString() {
        return name + " " + storedType + Arrays.toString(shape) + " in " + file;
    }

    /**
     * The element types a safetensors header may name, in the reference implementation's order of increasing alignment,
     * by which files are sorted. Some have no counterpart among the framework's {@link DType}s: a file may contain such
     * tensors, but they cannot be read.
     */
    public enum StoredType {
        /** A byte, 0 or 1. */
        BOOL(8, DType.BOOL),
        /** 4 bits (OCP MXFP4), two elements in a byte. */
        F4(4, null),
        /** 6 bits (OCP MXFP6): 2 of exponent, 3 of mantissa. */
        F6_E2M3(6, null),
        /** 6 bits (OCP MXFP6): 3 of exponent, 2 of mantissa. */
        F6_E3M2(6, null),
        /** Unsigned, 8 bits. */
        U8(8, DType.UINT8),
        /** Signed, 8 bits. */
        I8(8, null),
        /** 8 bits (OCP FP8): 5 of exponent, 2 of mantissa. */
        F8_E5M2(8, null),
        /** 8 bits (OCP FP8): 4 of exponent, 3 of mantissa. */
        F8_E4M3(8, null),
        /** 8 bits of exponent: a scale of the OCP MX formats. */
        F8_E8M0(8, null),
        /** As {@link #F8_E4M3}, without infinities and negative zero. */
        F8_E4M3FNUZ(8, null),
        /** As {@link #F8_E5M2}, without infinities and negative zero. */
        F8_E5M2FNUZ(8, null),
        /** Signed, 16 bits. */
        I16(16, null),
        /** Unsigned, 16 bits. */
        U16(16, null),
        /** Binary16 of IEEE 754. */
        F16(16, DType.FLOAT16),
        /** The upper half of an {@link #F32}. */
        BF16(16, DType.BFLOAT16),
        /** Signed, 32 bits. */
        I32(32, DType.INT32),
        /** Unsigned, 32 bits. */
        U32(32, null),
        /** Binary32 of IEEE 754. */
        F32(32, DType.FLOAT32),
        /** Complex: two {@link #F32}. */
        C64(64, null),
        /** Binary64 of IEEE 754. */
        F64(64, DType.FLOAT64),
        /** Signed, 64 bits. */
        I64(64, DType.INT64),
        /** Unsigned, 64 bits. */
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
}
