// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keys and values of one sequence, in every layer. Its memory grows by halves. */
final class CachedKeys implements AutoCloseable {
    /** Rows of the smallest memory. */
    private static final int SMALLEST = 64;

    private final Shape shape;
    private final int adapter;
    private List<Tensor> layers = List.of();
    private int capacity;
    private long[] tokens = new long[SMALLEST];
    private int length;
    private int angledFor;

    /**
     * The part that all sequences of a model have in common.
     *
     * @param width of a row: keys and values of all heads
     * @param longest positions of the model
     */
    record Shape(Backend backend, DType dtype, int layers, long width, int longest) {}

    /** @param expected tokens that memory is made for */
    CachedKeys(Shape shape, int adapter, int expected) {
        this.shape = shape;
        this.adapter = adapter;
        resize(expected);
    }

    int adapter() {
        return adapter;
    }

    int length() {
        return length;
    }

    /** The sequence's length when its keys were last computed, which their angles may depend on. */
    int angledFor() {
        return angledFor;
    }

    /** At least {@link #length} tokens. */
    long[] tokens() {
        return tokens;
    }

    Tensor layer(int index) {
        return layers.get(index);
    }

    /** A sequence of its own with the first tokens of this one. */
    CachedKeys fork(int count, int expected) {
        CachedKeys copy = new CachedKeys(shape, adapter, Math.max(count, expected));
        if (count > 0) {
            for (int i = 0; i < layers.size(); i++) {
                copyRows(layers.get(i), copy.layers.get(i), count);
            }
            copy.append(0, Arrays.copyOf(tokens, count));
            copy.angledFor = angledFor;
        }
        return copy;
    }

    private static void copyRows(Tensor from, Tensor into, int count) {
        try (Tensor source = from.rows(0, count);
                Tensor target = into.rows(0, count)) {
            target.copyFrom(source);
        }
    }

    /** Makes room. */
    void ensure(int total) {
        if (total > capacity) {
            resize(Math.max(total, Math.min(shape.longest, capacity + capacity / 2)));
        }
    }

    private void resize(int wanted) {
        int rows = Math.max(SMALLEST, wanted);
        List<Tensor> larger = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            for (int i = 0; i < shape.layers; i++) {
                Tensor layer = Tensor.empty(shape.backend, shape.dtype, rows, shape.width);
                if (length > 0) {
                    copyRows(layers.get(i), layer, length);
                }
                larger.add(layer);
            }
            // Only when all are there, so that memory that runs out leaves none behind.
            larger.forEach(TensorScope::detach);
        }
        layers.forEach(Tensor::close);
        layers = larger;
        capacity = rows;
    }

    /** Notes tokens whose keys and values were written. */
    void append(int before, long[] added) {
        length = before + added.length;
        if (length > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(length, tokens.length + tokens.length / 2));
        }
        System.arraycopy(added, 0, tokens, before, added.length);
        angledFor = before == 0 ? length : Math.max(angledFor, length);
    }

    void truncate(int count) {
        length = Math.min(length, count);
    }

    long byteSize() {
        return (long) shape.layers * capacity * shape.width * shape.dtype.byteSize();
    }

    @Override
    public void close() {
        layers.forEach(Tensor::close);
    }
}
