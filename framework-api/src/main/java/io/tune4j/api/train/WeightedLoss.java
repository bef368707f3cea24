// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apiguardian.api.API;

/**
 * The weighted sum of a micro-batch's losses by any loss that sums: it is asked once for the rows of each weight. There are few
 * weights, commonly one.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class WeightedLoss {
    private WeightedLoss() {}

    /**
     * @param hidden {@code [N, D]}, the batch's labelled rows
     * @return the sum of the rows' losses, each times its weight: a scalar
     */
    public static Tensor sum(Loss loss, Backend backend, Tensor hidden, Linear head, RaggedBatch batch, Pass pass) {
        float[] weights = batch.weights();
        double[] distinct = IntStream.range(0, weights.length)
                .mapToDouble(i -> weights[i])
                .distinct()
                .sorted()
                .toArray();
        if (DoubleStream.of(distinct).allMatch(weight -> weight == 1)) {
            return loss.sum(backend, hidden, head, Tensor.ofLongs(backend, batch.labels()), pass);
        }
        List<Tensor> sums = new ArrayList<>();
        for (double weight : distinct) {
            int[] rows = IntStream.range(0, weights.length)
                    .filter(i -> weights[i] == weight)
                    .toArray();
            Tensor alike = rows.length == weights.length
                    ? hidden
                    : RowSelection.apply(
                            hidden,
                            Tensor.ofLongs(
                                    backend, IntStream.of(rows).asLongStream().toArray()),
                            pass);
            long[] labels =
                    IntStream.of(rows).mapToLong(row -> batch.labels()[row]).toArray();
            sums.add(loss.sum(backend, alike, head, Tensor.ofLongs(backend, labels), pass));
        }
        return WeightedSum.apply(sums, distinct, pass);
    }
}
