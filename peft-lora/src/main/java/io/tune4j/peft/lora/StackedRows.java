package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrices of equal width on top of each other in the dtype of the computation, so that one product with all of them is
 * one kernel. Copied again when a parameter changed, which is once per optimizer step. A single matrix is not copied.
 */
final class StackedRows implements AutoCloseable {
    private final List<Parameter> parameters;
    private final long[] copiedVersions;
    private @Nullable Tensor stacked;

    StackedRows(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
        this.copiedVersions = new long[parameters.size()];
        Arrays.fill(copiedVersions, -1);
    }

    /** {@code [sum of rows, width]}; not to be closed or changed. */
    Tensor in(DType dtype) {
        if (parameters.size() == 1) {
            return parameters.get(0).in(dtype);
        }
        Tensor target = stacked;
        if (target == null || target.dtype() != dtype) {
            close();
            target = allocate(dtype);
            stacked = target;
            Arrays.fill(copiedVersions, -1);
        }
        long row = 0;
        for (int i = 0; i < copiedVersions.length; i++) {
            Parameter parameter = parameters.get(i);
            long rows = parameter.value().size(0);
            if (copiedVersions[i] != parameter.version()) {
                try (Tensor part = target.rows(row, rows)) {
                    part.copyFrom(parameter.value());
                }
                copiedVersions[i] = parameter.version();
            }
            row += rows;
        }
        return target;
    }

    private Tensor allocate(DType dtype) {
        Tensor like = parameters.get(0).value();
        long rows = parameters.stream()
                .mapToLong(parameter -> parameter.value().size(0))
                .sum();
        return TensorScope.detach(Tensor.empty(like.kernels(), dtype, rows, like.size(1)));
    }

    @Override
    public void close() {
        if (stacked != null) {
            stacked.close();
            stacked = null;
        }
    }
}
