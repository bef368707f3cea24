// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.files;

import io.tune4j.api.error.DataException;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorEntry.StoredType;
import io.tune4j.export.gguf.blocks.BlockCodec;
import io.tune4j.export.gguf.blocks.PlainCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Elements of stored tensors in fp32. */
public final class StoredRows {
    private StoredRows() {}

    /** Copies a part of a tensor's bytes. */
    private interface Reader {
        void read(long offset, ByteBuffer target);
    }

    /** All elements of a tensor of an adapter. */
    public static float[] all(SafetensorsFile file, TensorEntry entry) {
        long elements = 1;
        for (long length : entry.shape()) {
            elements *= length;
        }
        return read(entry, 0, Math.toIntExact(elements), (offset, target) -> file.read(entry, offset, target));
    }

    /**
     * Some rows of a checkpoint's tensor.
     *
     * @param first the first row
     * @param count how many
     */
    public static float[] of(Checkpoint checkpoint, TensorEntry entry, long first, int count) {
        long rowLength = entry.shape().length == 0 ? 1 : entry.shape()[entry.shape().length - 1];
        return read(
                entry,
                first * rowLength,
                Math.toIntExact(rowLength * count),
                (offset, target) -> checkpoint.read(entry, offset, target));
    }

    private static float[] read(TensorEntry entry, long firstElement, int count, Reader reader) {
        BlockCodec codec = codec(entry.storedType());
        boolean wide = entry.storedType() == StoredType.F64;
        if (codec == null && !wide) {
            throw new DataException("tensor '" + entry.name() + "' in " + entry.file() + " has dtype "
                    + entry.storedType() + "; exported are BF16, F16, F32 and F64. If the checkpoint is quantized, take"
                    + " the original one");
        }
        int size = entry.storedType().bits() / Byte.SIZE;
        byte[] bytes = new byte[Math.multiplyExact(count, size)];
        reader.read(firstElement * size, ByteBuffer.wrap(bytes));
        float[] values = new float[count];
        ByteBuffer doubles = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (codec == null) {
                values[i] = (float) doubles.getDouble();
            } else {
                codec.decode(bytes, i * size, values, i);
            }
        }
        return values;
    }

    private static @Nullable BlockCodec codec(StoredType type) {
        return switch (type) {
            case F32 -> PlainCodec.F32;
            case F16 -> PlainCodec.F16;
            case BF16 -> PlainCodec.BF16;
            default -> null;
        };
    }
}
