// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that lie side by side in memory, so that one product multiplies with all of them. Each keeps its own name, gradient and
 * optimizer state.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class StackedParameter implements AutoCloseable {
    /**
     * A parameter in its place.
     *
     * @param parameter its value is a view of the stack
     * @param firstRow where it begins
     */
    public record Part(Parameter parameter, long firstRow) {
        long rows() {
            return parameter.value().size(0);
        }
    }

    private final Tensor values;
    private final List<Part> parts;
    private final boolean isAlone;
    private @Nullable Tensor copy;
    private long copyVersion = -1;

    /**
     * @param values {@code [rows, ...]}, taken over
     * @param parts views of the values' rows, which their maker closes; rows between them are not trained
     */
    public StackedParameter(Tensor values, List<Part> parts) {
        this.values = TensorScope.detach(values);
        this.parts = List.copyOf(parts);
        this.isAlone = false;
    }

    /** A single parameter, which its maker closes. */
    public StackedParameter(Parameter only) {
        this.values = only.value();
        this.parts = List.of(new Part(only, 0));
        this.isAlone = true;
    }

    /** The parameters whose rows are stacked, from the first row on. */
    public List<Part> parts() {
        return parts;
    }

    /** All values in the dtype of a computation: {@code [rows, ...]}. They stay valid until a parameter changes. */
    public Tensor in(DType dtype) {
        if (isAlone) {
            return parts.get(0).parameter().in(dtype);
        }
        if (dtype == values.dtype()) {
            return values;
        }
        long version =
                parts.stream().mapToLong(part -> part.parameter().version()).sum();
        Tensor current = copy;
        if (current == null || current.dtype() != dtype) {
            if (current != null) {
                current.close();
            }
            current = TensorScope.detach(values.cast(dtype));
            copy = current;
        } else if (version != copyVersion) {
            current.copyFrom(values);
        }
        copyVersion = version;
        return current;
    }

    /**
     * Adds to the gradient of each parameter.
     *
     * @param gradient {@code [rows, ...]}; kept, so nobody may write to it afterwards
     */
    public void accumulate(Tensor gradient) {
        if (isAlone) {
            parts.get(0).parameter().take(gradient);
            return;
        }
        for (Part part : parts) {
            try (Tensor own = gradient.rows(part.firstRow(), part.rows())) {
                part.parameter().take(own);
            }
        }
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.close();
            copy = null;
        }
        if (!isAlone) {
            values.close();
        }
    }
}
