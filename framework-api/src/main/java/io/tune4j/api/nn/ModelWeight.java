// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A weight that belongs to no projection: a norm's, or the embedding. It is frozen, or a parameter that is trained. {@link
 * LinearFactory#weight} makes it, so that a method of training decides which of the two it is.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModelWeight implements AutoCloseable {
    private final @Nullable Tensor frozen;
    private final boolean isOwned;
    private final @Nullable Parameter parameter;
    private final DType dtype;
    private final double offset;
    private @Nullable Tensor sum;
    private long sumVersion = -1;

    /** The rows of the frozen value that the parameter's rows replace; empty for a parameter that is the whole weight. */
    private long[] rows = {};

    private ModelWeight(
            @Nullable Tensor frozen, boolean isOwned, @Nullable Parameter parameter, DType dtype, double offset) {
        this.frozen = frozen;
        this.isOwned = isOwned;
        this.parameter = parameter;
        this.dtype = dtype;
        this.offset = offset;
    }

    /** A weight that is not trained. The tensor is taken over. */
    public static ModelWeight frozen(Tensor value) {
        return new ModelWeight(TensorScope.detach(value), true, null, value.dtype(), 0);
    }

    /** A weight that is not trained and that another part of the model closes, such as a tied output projection. */
    public static ModelWeight shared(Tensor value) {
        return new ModelWeight(value, false, null, value.dtype(), 0);
    }

    /**
     * A weight that is trained.
     *
     * @param parameter stays its maker's to close
     * @param dtype of the computation
     */
    public static ModelWeight trained(Parameter parameter, DType dtype) {
        return new ModelWeight(null, false, parameter, dtype, 0);
    }

    /**
     * A matrix of which some rows are trained.
     *
     * @param table {@code [V, D]} in the dtype of the computation, taken over; its trained rows are overwritten
     * @param parameter {@code [rows, D]}, which stays its maker's to close
     * @param rows the place of each of the parameter's rows in the table, all different
     */
    public static ModelWeight trainedRows(Tensor table, Parameter parameter, long[] rows) {
        ModelWeight weight = new ModelWeight(TensorScope.detach(table), true, parameter, table.dtype(), 0);
        weight.rows = rows.clone();
        return weight;
    }

    /**
     * The weight {@code w + offset} of a checkpoint that stores w. The gradient of w is that of the sum.
     *
     * @param wide the dtype of the sum, at least that of w
     */
    public ModelWeight plus(double summand, DType wide) {
        if (frozen == null) {
            return new ModelWeight(null, false, parameter, wide, summand);
        }
        try (this;
                TensorScope scope = TensorScope.open()) {
            return frozen(scope.escape(frozen.cast(wide).plus(summand)));
        }
    }

    /** Whether a backward accumulates a gradient for it. */
    public boolean isTrained() {
        return parameter != null;
    }

    /** The value in the dtype of the computation. It stays valid until the parameter changes, and is not the caller's to close. */
    public Tensor value() {
        if (parameter == null) {
            return Objects.requireNonNull(frozen);
        }
        if (rows.length > 0) {
            return withRows(Objects.requireNonNull(frozen), parameter);
        }
        if (offset == 0) {
            return parameter.in(dtype);
        }
        Tensor current = sum;
        if (current == null || sumVersion != parameter.version()) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor made = parameter.value().cast(dtype).plus(offset);
                if (current == null) {
                    current = TensorScope.detach(made);
                    sum = current;
                } else {
                    current.copyFrom(made);
                }
            }
            sumVersion = parameter.version();
        }
        return current;
    }

    private Tensor withRows(Tensor table, Parameter trained) {
        if (sumVersion != trained.version()) {
            try (TensorScope scope = TensorScope.open()) {
                for (int i = 0; i < rows.length; i++) {
                    table.rows(rows[i], 1).copyFrom(trained.value().rows(i, 1));
                }
            }
            sumVersion = trained.version();
        }
        return table;
    }

    /**
     * Adds to the parameter's gradient; any floating dtype.
     *
     * @throws IllegalStateException if the weight is not trained
     */
    public void accumulate(Tensor gradient) {
        trained().accumulate(gradient);
    }

    /**
     * Adds to the gradient of some rows.
     *
     * @param rows {@code [n]} int64, each of them once
     * @param gradient {@code [n, D]}; any floating dtype
     * @throws IllegalStateException if the weight is not trained
     */
    public void accumulateRows(Tensor rows, Tensor gradient) {
        if (this.rows.length == 0) {
            trained().accumulateRows(rows, gradient);
            return;
        }
        Map<Long, Long> places = new HashMap<>();
        for (int i = 0; i < this.rows.length; i++) {
            places.put(this.rows[i], (long) i);
        }
        List<Long> from = new ArrayList<>();
        List<Long> to = new ArrayList<>();
        double[] given = rows.toDoubles();
        for (int i = 0; i < given.length; i++) {
            Long place = places.get((long) given[i]);
            if (place != null) {
                from.add((long) i);
                to.add(place);
            }
        }
        try (TensorScope scope = TensorScope.open()) {
            if (from.isEmpty()) {
                // A batch without these tokens: the gradient is zero.
                trained()
                        .accumulate(
                                Tensor.zeros(gradient.kernels(), gradient.dtype(), this.rows.length, gradient.size(1)));
            } else {
                trained()
                        .accumulateRows(
                                longs(gradient.kernels(), to), gradient.gatherRows(longs(gradient.kernels(), from)));
            }
        }
    }

    private static Tensor longs(ArrayKernels kernels, List<Long> values) {
        return Tensor.ofLongs(
                kernels, values.stream().mapToLong(Long::longValue).toArray());
    }

    private Parameter trained() {
        if (parameter == null) {
            throw new IllegalStateException("a frozen weight has no gradient");
        }
        return parameter;
    }

    @Override
    public void close() {
        if (frozen != null && isOwned) {
            frozen.close();
        }
        if (sum != null) {
            sum.close();
            sum = null;
        }
    }
}
