// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The principal directions of the inputs that some targets share, updated with each micro-batch (Ross et al. 2008, figure 1): only the
 * mean and {@code [rank, in]} values are kept. Not for use by several threads at once.
 */
final class WatchedInput implements AutoCloseable {
    private final List<LoraWeights> targets;
    private final double similarity;
    private final int rank;
    private final long seed;

    /** Rows that are too few for an update; null for none. */
    private @Nullable Tensor waiting;

    private long seen;
    private @Nullable Tensor mean;
    private @Nullable Tensor directions;
    private double[] values = new double[0];
    private boolean converged;

    /** @param similarity see {@link InputDirections} */
    WatchedInput(List<LoraWeights> targets, double similarity, long seed) {
        this.targets = List.copyOf(targets);
        this.similarity = similarity;
        this.rank =
                targets.stream().mapToInt(each -> each.target().rank()).max().orElseThrow();
        this.seed = RandomKeys.derive(seed, name());
    }

    private String name() {
        return targets.get(0).target().name();
    }

    /** Whether more rows would hardly change the directions. */
    boolean hasConverged() {
        return converged;
    }

    /** Takes rows of the input into account: {@code [n, in]} of any floating dtype. */
    void add(Tensor rows) {
        if (converged) {
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor wide = rows.dtype() == DType.FLOAT64 ? rows : rows.cast(DType.FLOAT32);
            Tensor all = waiting == null ? wide : Tensor.concatenate(0, List.of(waiting, wide));
            waiting = replaced(waiting, null);
            if (all.size(0) > rank) {
                update(all);
            } else {
                waiting = TensorScope.detach(all == rows ? all.copy() : all);
            }
        }
    }

    private void update(Tensor rows) {
        long count = rows.size(0);
        Tensor batchMean = rows.sum(0).timesInPlace(1.0 / count);
        Tensor centred = rows.minus(batchMean);
        Tensor newMean = batchMean;
        if (directions != null && mean != null) {
            Tensor former = directions.times(Tensor.ofDoubles(rows.kernels(), rows.dtype(), values, rank, 1));
            double weight = Math.sqrt((double) seen * count / (seen + count));
            centred = Tensor.concatenate(
                    0, List.of(former, centred, mean.minus(batchMean).times(weight)));
            newMean = mean.times((double) seen / (seen + count)).addInPlace(batchMean, (double) count / (seen + count));
        }
        SingularTriplets triplets = SingularTriplets.exact(centred, rank, seed);
        Tensor found = withFixedSigns(triplets.v().transposed().contiguous());
        converged = directions != null && isSimilar(directions, found);
        seen += count;
        values = triplets.values();
        mean = replaced(mean, TensorScope.detach(newMean));
        directions = replaced(directions, TensorScope.detach(found));
    }

    /** Gives each row the sign with which its largest element is positive. */
    private static Tensor withFixedSigns(Tensor rows) {
        double[] elements = rows.toDoubles();
        int width = (int) rows.size(1);
        double[] signs = new double[(int) rows.size(0)];
        for (int row = 0; row < signs.length; row++) {
            double largest = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                largest = Math.abs(elements[i]) > Math.abs(largest) ? elements[i] : largest;
            }
            signs[row] = largest < 0 ? -1 : 1;
        }
        return rows.times(Tensor.ofDoubles(rows.kernels(), rows.dtype(), signs, signs.length, 1));
    }

    private boolean isSimilar(Tensor before, Tensor now) {
        return Arrays.stream(before.times(now).sum(1).toDoubles()).allMatch(cosine -> Math.abs(cosine) >= similarity);
    }

    private static @Nullable Tensor replaced(@Nullable Tensor before, @Nullable Tensor now) {
        if (before != null) {
            before.close();
        }
        return now;
    }

    /**
     * Sets A of the targets.
     *
     * @param whitened whether a direction is divided by the root of its singular value
     * @throws UserException if there were not more rows than the rank
     */
    void begin(boolean whitened) {
        if (directions == null) {
            long rows = waiting == null ? 0 : waiting.size(0);
            throw new UserException("init_lora_weights: eva needs more rows of inputs than the rank, and the data have "
                    + rows + " for " + name() + " with rank " + rank
                    + "; lower lora_rank, use more data, or set eva_config.use_label_mask: False");
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor scaled = directions;
            if (whitened) {
                // A direction that no input has is not divided by its zero.
                double[] roots = Arrays.stream(values)
                        .map(value -> value > 0 ? Math.sqrt(value) : 1)
                        .toArray();
                scaled = directions.dividedBy(
                        Tensor.ofDoubles(directions.kernels(), directions.dtype(), roots, rank, 1));
            }
            for (LoraWeights target : targets) {
                target.beginWith(scaled.rows(0, target.target().rank()));
            }
        }
    }

    @Override
    public void close() {
        waiting = replaced(waiting, null);
        mean = replaced(mean, null);
        directions = replaced(directions, null);
    }
}
