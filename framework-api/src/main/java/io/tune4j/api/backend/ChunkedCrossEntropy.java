// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * {@link FusedKernels#linearCrossEntropy} for backends whose {@link FusedKernels#crossEntropyInPlace} is fused: logits in the dtype of the
 * hidden rows, a few rows at a time, whose memory becomes their gradient's.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class ChunkedCrossEntropy {
    /** Logits of about this many elements exist at a time: more would leave the cache, fewer starve the product. */
    public static final long CHUNK_ELEMENTS = 8L << 20;

    /** Logits per chunk on a GPU, whose products need some hundred rows to be worth reading the weight. */
    public static final long GPU_CHUNK_ELEMENTS = 64L << 20;

    private static final long LEAST_CHUNK_ROWS = 128;

    private ChunkedCrossEntropy() {}

    /**
     * The loss and, if wanted, its gradient.
     *
     * @param kernels the backend's, for the loss of a chunk
     * @param hidden {@code [N, D]}
     * @param weight {@code [V, D]}
     * @param labels {@code [N]} int64
     */
    public static LossAndGradient apply(
            FusedKernels kernels, Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        return apply(kernels, hidden, weight, labels, withGradient, CHUNK_ELEMENTS);
    }

    /**
     * Computes the loss in chunks of a given size, for a backend whose loss needs hardly more memory than the logits.
     *
     * @param chunkElements about how many logits exist at a time
     */
    public static LossAndGradient apply(
            FusedKernels kernels,
            Tensor hidden,
            Tensor weight,
            Tensor labels,
            boolean withGradient,
            long chunkElements) {
        try (TensorScope scope = TensorScope.open()) {
            long rows = hidden.size(0);
            long chunk = chunkRows(rows, weight.size(0), chunkElements);
            Tensor loss =
                    Tensor.zeros(hidden.kernels(), hidden.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
            @Nullable
            Tensor gradient =
                    withGradient ? Tensor.empty(hidden.kernels(), hidden.dtype(), rows, hidden.size(1)) : null;
            Tensor transposed = weight.transposed();
            for (long start = 0; start < rows; start += chunk) {
                try (TensorScope inner = TensorScope.open()) {
                    long count = Math.min(chunk, rows - start);
                    Tensor logits = hidden.rows(start, count).matmul(transposed);
                    loss.addInPlace(kernels.crossEntropyInPlace(logits, labels.rows(start, count)), 1);
                    if (gradient != null) {
                        gradient.rows(start, count).matmulInPlace(logits, weight, 0, 1);
                    }
                }
            }
            return new LossAndGradient(scope.escape(loss), gradient == null ? null : scope.escape(gradient));
        }
    }

    /**
     * Computes the loss of capped logits {@code y = c * tanh(logit / c)}, which are made in fp32; {@code dlogit = dy * (1 - (y / c)^2)}.
     *
     * @param softCap c
     */
    public static LossAndGradient capped(
            FusedKernels kernels, Tensor hidden, Tensor weight, Tensor labels, double softCap, boolean withGradient) {
        try (TensorScope scope = TensorScope.open()) {
            long rows = hidden.size(0);
            long chunk = chunkRows(rows, weight.size(0), CHUNK_ELEMENTS / 2);
            DType wide = ReferenceKernels.statisticsDtype(hidden);
            Tensor loss = Tensor.zeros(hidden.kernels(), wide);
            @Nullable
            Tensor gradient =
                    withGradient ? Tensor.empty(hidden.kernels(), hidden.dtype(), rows, hidden.size(1)) : null;
            Tensor transposed = weight.transposed();
            for (long start = 0; start < rows; start += chunk) {
                try (TensorScope inner = TensorScope.open()) {
                    long count = Math.min(chunk, rows - start);
                    Tensor logits = hidden.rows(start, count).matmul(transposed).cast(wide);
                    Tensor capped = SoftCap.of(logits, softCap);
                    Tensor slope = gradient == null ? null : SoftCap.slope(capped, softCap);
                    loss.addInPlace(kernels.crossEntropyInPlace(capped, labels.rows(start, count)), 1);
                    if (gradient != null && slope != null) {
                        Tensor logitsGradient = capped.timesInPlace(slope).cast(hidden.dtype());
                        gradient.rows(start, count).matmulInPlace(logitsGradient, weight, 0, 1);
                    }
                }
            }
            return new LossAndGradient(scope.escape(loss), gradient == null ? null : scope.escape(gradient));
        }
    }

    /** Even chunks: a last one of a few rows would read the whole weight for them. */
    private static long chunkRows(long rows, long vocabulary, long chunkElements) {
        long most = Math.max(LEAST_CHUNK_ROWS, chunkElements / vocabulary);
        long chunks = Math.max(1, Math.round((double) rows / most));
        return (rows + chunks - 1) / chunks;
    }
}
