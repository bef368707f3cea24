// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apiguardian.api.API;

/** The stored values of two weights that a model's config declares as one. */
@API(status = API.Status.INTERNAL, since = "0.1")
public enum StoredPair {
    /** The checkpoint has none of the two. */
    NEITHER,
    /** The checkpoint has the first alone. */
    FIRST_ONLY,
    /** The checkpoint has the second alone. */
    SECOND_ONLY,
    /** The checkpoint has both, with equal values. */
    EQUAL,
    /** The checkpoint has both, with different values. */
    DIFFERENT;

    private static final int PIECE = 1 << 20;

    /** Reads the weights' values where both are there, up to the first difference. */
    public static StoredPair of(Checkpoint checkpoint, String first, String second) {
        TensorEntry one = checkpoint.entries().get(first);
        TensorEntry other = checkpoint.entries().get(second);
        if (one == null || other == null) {
            return one != null ? FIRST_ONLY : other != null ? SECOND_ONLY : NEITHER;
        }
        return equal(checkpoint, one, other) ? EQUAL : DIFFERENT;
    }

    private static boolean equal(Checkpoint checkpoint, TensorEntry one, TensorEntry other) {
        if (!Arrays.equals(one.shape(), other.shape())) {
            return false;
        }
        // PyTorch's files name the storage that two weights share twice.
        TensorEntry oneStored = checkpoint.inOrder(one);
        TensorEntry otherStored = checkpoint.inOrder(other);
        if (oneStored != null
                && otherStored != null
                && oneStored.file().equals(otherStored.file())
                && oneStored.byteOffset() == otherStored.byteOffset()) {
            return true;
        }
        if (one.storedType() == other.storedType()) {
            return equalBytes(checkpoint, one, other);
        }
        return isReadable(one) && isReadable(other) && equalValues(checkpoint, one, other);
    }

    private static boolean equalBytes(Checkpoint checkpoint, TensorEntry one, TensorEntry other) {
        for (long at = 0; at < one.byteLength(); at += PIECE) {
            long length = Math.min(PIECE, one.byteLength() - at);
            if (!bytes(checkpoint, one, at, length).equals(bytes(checkpoint, other, at, length))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isReadable(TensorEntry entry) {
        return entry.storedType().dtype() != null && entry.dtype().isFloating();
    }

    private static boolean equalValues(Checkpoint checkpoint, TensorEntry one, TensorEntry other) {
        int oneBytes = one.dtype().byteSize();
        int otherBytes = other.dtype().byteSize();
        long elements = one.byteLength() / oneBytes;
        for (long at = 0; at < elements; at += PIECE / Double.BYTES) {
            int count = (int) Math.min(PIECE / Double.BYTES, elements - at);
            ByteBuffer left = bytes(checkpoint, one, at * oneBytes, (long) count * oneBytes);
            ByteBuffer right = bytes(checkpoint, other, at * otherBytes, (long) count * otherBytes);
            if (!equalValues(left, one.dtype(), right, other.dtype(), count)) {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer bytes(Checkpoint checkpoint, TensorEntry entry, long offset, long length) {
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        checkpoint.read(entry, offset, bytes);
        return bytes.flip();
    }

    private static boolean equalValues(ByteBuffer left, DType leftType, ByteBuffer right, DType rightType, int count) {
        for (int i = 0; i < count; i++) {
            if (value(left, leftType, i) != value(right, rightType, i)) {
                return false;
            }
        }
        return true;
    }

    private static double value(ByteBuffer bytes, DType type, int i) {
        return switch (type) {
            case FLOAT64 -> bytes.getDouble(8 * i);
            case FLOAT32 -> bytes.getFloat(4 * i);
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
            default -> half(bytes.getShort(2 * i));
        };
    }

    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude = exponent == 0
                ? Math.scalb((double) fraction, -24)
                : exponent == 0x1f
                        ? (fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                        : Math.scalb(1024.0 + fraction, exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }
}
