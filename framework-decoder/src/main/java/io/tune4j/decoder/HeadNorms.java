// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;

/**
 * Root-mean-square norms of queries and keys before they are rotated (Henry et al. 2020), of each head by itself,
 * or of all heads of a row as one. Saves queries, keys and one number per norm.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class HeadNorms implements AutoCloseable {
    private final Backend backend;
    private final AttentionShape shape;
    private final ModelWeight queryWeight;
    private final ModelWeight keyWeight;
    private final double epsilon;

    /**
     * Norms whose weights are not trained.
     *
     * @param queryWeight {@code [headSize]} for a norm of each head, {@code [heads * headSize]} for one of the row; taken over
     * @param keyWeight {@code [headSize]} or {@code [keyValueHeads * headSize]}; taken over
     */
    public HeadNorms(Backend backend, AttentionShape shape, Tensor queryWeight, Tensor keyWeight, double epsilon) {
        this(backend, shape, ModelWeight.frozen(queryWeight), ModelWeight.frozen(keyWeight), epsilon);
    }

    /**
     * @param queryWeight {@code [headSize]} for a norm of each head, {@code [heads * headSize]} for one of the row; taken over
     * @param keyWeight {@code [headSize]} or {@code [keyValueHeads * headSize]}; taken over
     */
    public HeadNorms(
            Backend backend, AttentionShape shape, ModelWeight queryWeight, ModelWeight keyWeight, double epsilon) {
        this.backend = backend;
        this.shape = shape;
        this.queryWeight = queryWeight;
        this.keyWeight = keyWeight;
        this.epsilon = epsilon;
    }

    /**
     * Norms q and k in place.
     *
     * @param fused {@code [T, shape.fusedSize()]}, overwritten; nobody else may need its old content
     */
    public Tensor applyInPlace(Tensor fused, Pass pass) {
        Half queries = new Half(0, shape.querySize(), queryWeight);
        Half keys = new Half(shape.querySize(), shape.keyValueSize(), keyWeight);
        try (TensorScope scope = TensorScope.open()) {
            Saved ofQueries = queries.norm(fused);
            Saved ofKeys = keys.norm(fused);
            if (pass.tape().tracks(fused) || queryWeight.isTrained() || keyWeight.isTrained()) {
                pass.tape()
                        .record(
                                fused,
                                (dy, gradients) -> {
                                    Tensor own = dy.isExclusive() ? dy : dy.copy();
                                    queries.back(own, ofQueries);
                                    keys.back(own, ofKeys);
                                    gradients.add(fused, own);
                                },
                                ofQueries.rows,
                                ofQueries.inverse,
                                ofKeys.rows,
                                ofKeys.inverse);
            }
        }
        return fused;
    }

    /**
     * Values that the backward reads.
     *
     * @param rows {@code [norms, width of one]} before the norm
     * @param inverse {@code [norms, 1]}
     */
    private record Saved(Tensor rows, Tensor inverse) {}

    /** The columns of q, or of k. */
    private final class Half {
        private final long start;
        private final long columns;
        private final ModelWeight weight;

        Half(long start, long columns, ModelWeight weight) {
            this.start = start;
            this.columns = columns;
            this.weight = weight;
        }

        private Tensor rows(Tensor fused) {
            return fused.narrow(1, start, columns)
                    .contiguous()
                    .reshape(
                            fused.size(0) * columns / weight.value().size(0),
                            weight.value().size(0));
        }

        private void write(Tensor rows, Tensor fused) {
            fused.narrow(1, start, columns).copyFrom(rows.reshape(fused.size(0), columns));
        }

        Saved norm(Tensor fused) {
            Tensor rows = rows(fused);
            Normalized normalized = backend.rmsNorm(rows, weight.value(), epsilon);
            write(normalized.output(), fused);
            return new Saved(rows, normalized.inverseRms());
        }

        void back(Tensor gradient, Saved saved) {
            Tensor outer = rows(gradient);
            write(backend.rmsNormBackward(outer, saved.rows, weight.value(), saved.inverse), gradient);
            if (weight.isTrained()) {
                weight.accumulate(backend.rmsNormWeightBackward(outer, saved.rows, saved.inverse));
            }
        }
    }

    @Override
    public void close() {
        queryWeight.close();
        keyWeight.close();
    }
}
