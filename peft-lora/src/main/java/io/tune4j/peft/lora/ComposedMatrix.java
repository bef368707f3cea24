// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parameters put together to one matrix in the dtype of the computation, so that one product with all of them is one kernel. Copied
 * again when a parameter changed, which is once per optimizer step. A single parameter is not copied.
 */
final class ComposedMatrix implements AutoCloseable {
    /** Says where a parameter lies in the matrix: a view of it. */
    @FunctionalInterface
    interface Places {
        Tensor of(Tensor matrix, int parameter);
    }

    private final List<Parameter> parameters;
    private final long[] shape;
    private final Places places;
    private final long[] copiedVersions;
    private @Nullable Tensor matrix;

    /**
     * @param shape of the matrix, which is zero where no parameter lies; with one parameter its shape
     * @param places of the parameters; called within a scope
     */
    ComposedMatrix(List<Parameter> parameters, long[] shape, Places places) {
        this.parameters = List.copyOf(parameters);
        this.shape = shape.clone();
        this.places = places;
        this.copiedVersions = new long[parameters.size()];
    }

    /** Matrices of equal width on top of each other. */
    static ComposedMatrix stacked(List<Parameter> parameters) {
        long[] firstRows = new long[parameters.size() + 1];
        for (int i = 0; i < parameters.size(); i++) {
            firstRows[i + 1] = firstRows[i] + parameters.get(i).value().size(0);
        }
        long width = parameters.get(0).value().size(1);
        return new ComposedMatrix(
                parameters,
                new long[] {firstRows[parameters.size()], width},
                (matrix, i) -> matrix.rows(firstRows[i], firstRows[i + 1] - firstRows[i]));
    }

    /** The matrix; not to be closed or changed. */
    Tensor in(DType dtype) {
        if (parameters.size() == 1) {
            return parameters.get(0).in(dtype);
        }
        Tensor target = matrix;
        if (target == null || target.dtype() != dtype) {
            close();
            target = TensorScope.detach(Tensor.zeros(parameters.get(0).value().kernels(), dtype, shape));
            matrix = target;
            Arrays.fill(copiedVersions, -1);
        }
        for (int i = 0; i < copiedVersions.length; i++) {
            Parameter parameter = parameters.get(i);
            if (copiedVersions[i] != parameter.version()) {
                try (TensorScope scope = TensorScope.open()) {
                    places.of(target, i).copyFrom(parameter.value());
                }
                copiedVersions[i] = parameter.version();
            }
        }
        return target;
    }

    @Override
    public void close() {
        if (matrix != null) {
            matrix.close();
            matrix = null;
        }
    }
}
