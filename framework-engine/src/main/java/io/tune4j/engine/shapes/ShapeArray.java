// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;

/** An array without elements. Views share the storage, which is free when the last of them is closed. */
final class ShapeArray implements Array {
    /** The memory that the elements would occupy. */
    static final class Storage {
        private final MemoryMeter meter;
        private final long bytes;
        private int holders;

        Storage(MemoryMeter meter, long bytes) {
            this.meter = meter;
            this.bytes = bytes;
            meter.allocate(bytes);
        }
    }

    private final Storage storage;
    private final DType dtype;
    private final long[] shape;
    private final boolean contiguous;
    private boolean closed;

    ShapeArray(Storage storage, DType dtype, long[] shape, boolean contiguous) {
        this.storage = storage;
        this.dtype = dtype;
        this.shape = shape;
        this.contiguous = contiguous;
        storage.holders++;
    }

    ShapeArray view(long[] viewShape, boolean isContiguous) {
        return new ShapeArray(storage, dtype, viewShape, isContiguous);
    }

    boolean isContiguous() {
        return contiguous;
    }

    long bytes() {
        return elements(shape) * dtype.byteSize();
    }

    static long elements(long[] shape) {
        long count = 1;
        for (long length : shape) {
            count *= length;
        }
        return count;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return shape;
    }

    @Override
    public void close() {
        if (closed) {
            throw new InternalException("an array was closed twice");
        }
        closed = true;
        if (--storage.holders == 0) {
            storage.meter.free(storage.bytes);
        }
    }
}
