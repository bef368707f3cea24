// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * Rows of a table by token id, times a factor. With a trained table the gradient of a row is the sum over the token's occurrences, made in
 * at least fp32. Saves row numbers.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Embedding implements AutoCloseable {
    private final ArrayKernels kernels;
    private final ModelWeight table;
    private final double factor;

    /**
     * @param table {@code [V, D]}, taken over
     * @param factor of the rows; 1 for none
     */
    public Embedding(ArrayKernels kernels, ModelWeight table, double factor) {
        this.kernels = kernels;
        this.table = table;
        this.factor = factor;
    }

    /**
     * @param tokens T ids, each at least 0 and below V
     * @return {@code [T, D]}
     */
    public Tensor forward(long[] tokens, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor rows = table.value().gatherRows(Tensor.ofLongs(kernels, tokens));
            if (factor != 1) {
                rows.timesInPlace(factor);
            }
            if (table.isTrained() && pass.tape().isRecording()) {
                record(rows, tokens, pass);
            }
            return scope.escape(rows);
        }
    }

    private void record(Tensor output, long[] tokens, Pass pass) {
        Map<Long, Long> places = new LinkedHashMap<>();
        long[] placeOf = new long[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            long next = places.size();
            Long known = places.putIfAbsent(tokens[i], next);
            placeOf[i] = known == null ? next : known;
        }
        long[] distinct = places.keySet().stream().mapToLong(Long::longValue).toArray();
        Tensor rows = Tensor.ofLongs(kernels, distinct);
        Tensor place = Tensor.ofLongs(kernels, placeOf);
        pass.tape()
                .record(
                        output,
                        (dy, gradients) -> {
                            DType wide = dy.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                            Tensor sums = Tensor.zeros(kernels, wide, distinct.length, dy.size(1))
                                    .addRowsInPlace(place, dy.cast(wide));
                            if (factor != 1) {
                                sums.timesInPlace(factor);
                            }
                            table.accumulateRows(rows, sums);
                        },
                        rows,
                        place);
    }

    @Override
    public void close() {
        table.close();
    }
}
