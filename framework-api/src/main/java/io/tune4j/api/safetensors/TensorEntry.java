// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
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

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * The element type as the framework knows it.
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
}
