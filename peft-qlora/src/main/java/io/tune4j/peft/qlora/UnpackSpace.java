// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/**
 * The one piece of memory into which all weights of a model unpack themselves, one at a time, and the levels that they share. It is
 * as large as the largest piece that any of them unpacks at once, comes with the first use, and goes when the last weight is
 * closed.
 */
final class UnpackSpace {
    private final Backend backend;
    private final DType dtype;
    private final Tensor levels;
    private long elements;
    private int users;
    private @Nullable Tensor buffer;

    /** @param dtype what products are computed in */
    UnpackSpace(Backend backend, DType dtype, Levels levels) {
        this.backend = backend;
        this.dtype = dtype;
        float[] values = levels.values();
        this.levels =
                TensorScope.detach(Tensor.ofFloats(backend, levels.rounding().dtype(), values, values.length));
    }

    Backend backend() {
        return backend;
    }

    DType dtype() {
        return dtype;
    }

    Tensor levels() {
        return levels;
    }

    /** A weight that unpacks so many elements at once will use this until it calls {@link #leave}. */
    void join(long atOnce) {
        users++;
        if (atOnce > elements) {
            elements = atOnce;
            release();
        }
    }

    void leave() {
        if (--users == 0) {
            release();
            levels.close();
        }
    }

    /** Memory for a matrix, whose content is the caller's until anybody asks again; a tensor of the caller's scope. */
    Tensor matrix(long rows, long columns) {
        if (buffer == null) {
            buffer = TensorScope.detach(Tensor.empty(backend, dtype, elements));
        }
        try (Tensor part = buffer.rows(0, rows * columns)) {
            return part.reshape(rows, columns);
        }
    }

    private void release() {
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
    }
}
