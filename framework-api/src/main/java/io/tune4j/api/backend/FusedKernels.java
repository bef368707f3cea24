// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.apiguardian.api.API;

/**
 * The kernels in which a fine-tuning step spends its time, forward and backward. Each default is a plain composition of
 * the mandatory kernels ({@link ReferenceKernels}): right on every backend, and the reference that an override is
 * compared with. No kernel keeps or closes its arguments; results belong to the caller's scope.
 *
 * <p>Shapes: T rows (tokens of all sequences), D hidden size, F feed-forward size, V vocabulary.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface FusedKernels {
    /**
     * Root-mean-square norm (Zhang and Sennrich 2019, eq. 4): {@code x / sqrt(mean(x^2) + epsilon) * weight}.
     *
     * @param x {@code [T, D]}
     * @param weight {@code [D]} in x's dtype: the normalized rows are rounded to it before they are multiplied. Or in fp32 with
     *     a narrower x: then the product is rounded once
     */
    default Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return ReferenceKernels.rmsNorm(x, weight, epsilon);
    }

    /**
     * Gradient of {@link #rmsNorm} with respect to x.
     *
     * @param inverseRms {@code [T, 1]} as the forward returned it
     */
    default Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return ReferenceKernels.rmsNormBackward(outputGradient, x, weight, inverseRms);
    }

    /**
     * Gradient of {@link #rmsNorm} with respect to the weight: {@code sum over rows of dy * x * inverseRms}.
     *
     * @param inverseRms {@code [T, 1]} as the forward returned it
     * @return {@code [D]}, at least fp32
     */
    default Tensor rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        return ReferenceKernels.rmsNormWeightBackward(outputGradient, x, inverseRms);
    }

    /**
     * Rotary position embedding (Su et al. 2021, eq. 34) in place on the q and k heads of fused rows, in the
     * rotate-half pairing of Hugging Face checkpoints: element i of a head turns with element i + half. Where half is less than
     * {@code headSize / 2}, the elements from {@code 2 * half} on stay.
     *
     * @param fused {@code [T, shape.fusedSize()]}; also the gradient of such rows, to turn back
     * @param cos {@code [T, half]} in the dtype of {@code fused}
     * @param sin like {@code cos}
     * @param inverse turn by the negative angle, which is the backward
     */
    default void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        ReferenceKernels.rotaryInPlace(fused, cos, sin, shape, inverse);
    }

    /**
     * Causal softmax attention of each sequence of the layout over itself, query heads sharing key-value heads, with the shape's
     * window, scale and soft cap.
     *
     * @param fused {@code [T, shape.fusedSize()]}, rotated
     */
    default Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return ReferenceKernels.attention(fused, layout, shape);
    }

    /**
     * Keeps the keys and values of new rows, and lets each row attend to what its sequence has kept up to its own position.
     *
     * @param fused {@code [T, shape.fusedSize()]}, rotated by the rows' positions in their sequences
     * @param sequences in the order of their rows, which are all rows; their {@code keysValues} get the new rows' keys and values
     * @return {@code [T, shape.querySize()]}
     */
    default Tensor cachedAttention(Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        return CachedAttention.attend(this, fused, sequences, shape);
    }

    /**
     * Gradient of {@link #attention} with respect to the fused rows.
     *
     * @param outputGradient {@code [T, shape.querySize()]}
     * @param attended what the forward returned
     */
    default Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        return ReferenceKernels.attentionBackward(outputGradient, fused, attended, layout, shape);
    }

    /**
     * SwiGLU (Shazeer 2020, eq. 6): {@code silu(gate) * up}.
     *
     * @param gateUp {@code [T, 2F]}: gate in the first half of each row, up in the second
     * @return {@code [T, F]}
     */
    default Tensor swiGlu(Tensor gateUp) {
        return ReferenceKernels.swiGlu(gateUp);
    }

    /** Gradient of {@link #swiGlu} with respect to {@code gateUp}. */
    default Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return ReferenceKernels.swiGluBackward(outputGradient, gateUp);
    }

    /**
     * GeGLU (Shazeer 2020, eq. 6): {@code gelu(gate) * up} with the approximation of GELU by tanh (Hendrycks and Gimpel 2016).
     *
     * @param gateUp {@code [T, 2F]}: gate in the first half of each row, up in the second
     * @return {@code [T, F]}
     */
    default Tensor geGlu(Tensor gateUp) {
        return ReferenceKernels.geGlu(gateUp);
    }

    /** Gradient of {@link #geGlu} with respect to {@code gateUp}. */
    default Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return ReferenceKernels.geGluBackward(outputGradient, gateUp);
    }

    /**
     * Cross-entropy of logits that never exist as a whole: rows are taken in chunks, and the gradient with respect to
     * the hidden rows is made on the way.
     *
     * @param hidden {@code [N, D]}, labelled rows only
     * @param weight {@code [V, D]}
     * @param labels {@code [N]} int64
     * @param withGradient whether {@link LossAndGradient#hiddenGradient} is wanted
     */
    default LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        return ReferenceKernels.linearCrossEntropy(hidden, weight, labels, withGradient);
    }

    /**
     * The cross-entropy of capped logits {@code c * tanh(logit / c)} (Gemma Team 2024, section 2), in chunks as without a cap.
     *
     * @param softCap c, above 0
     */
    default LossAndGradient cappedCrossEntropy(
            Tensor hidden, Tensor weight, Tensor labels, double softCap, boolean withGradient) {
        return ChunkedCrossEntropy.capped(this, hidden, weight, labels, softCap, withGradient);
    }

    /**
     * Sum over rows of {@code -log softmax(logits)[label]}, overwriting the logits with the gradient of that sum.
     *
     * @param logits {@code [N, V]}, overwritten with {@code softmax(logits) - onehot(labels)}
     * @param labels {@code [N]} int64
     * @return a scalar of at least fp32
     */
    default Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        return ReferenceKernels.crossEntropyInPlace(logits, labels);
    }

    /**
     * One AdamW update in place.
     *
     * @param parameter updated
     * @param gradient of the same shape
     * @param mean first moment, updated
     * @param variance second moment, updated
     */
    default void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        ReferenceKernels.adamW(parameter, gradient, mean, variance, step);
    }

    /**
     * Updates many parameters. On a GPU, one call for each parameter of an adapter would cost more than its work. The caller may have
     * no open scope, so an override closes every temporary or opens a scope itself.
     *
     * @param updates one per parameter, with its own numbers (LoRA+ has two learning rates); may be empty; no tensor occurs twice
     */
    default void adamW(List<AdamWUpdate> updates) {
        for (AdamWUpdate update : updates) {
            try (TensorScope scope = TensorScope.open()) {
                adamW(update.parameter(), update.gradient(), update.mean(), update.variance(), update.step());
            }
        }
    }

    /**
     * The square of the Euclidean norm of all elements: a scalar in fp64, of sums in at least fp32, which are made in the same order each
     * time, so that a run can be repeated bit for bit.
     *
     * @param tensors at least one, of any shapes and floating dtypes; some may have no elements
     */
    default Tensor sumOfSquares(List<Tensor> tensors) {
        return ReferenceKernels.sumOfSquares(tensors);
    }

    /**
     * {@code tensor = factor * tensor} for each.
     *
     * @param tensors of any shapes and floating dtypes, perhaps none, and none twice
     */
    default void scaleInPlace(List<Tensor> tensors, double factor) {
        tensors.forEach(tensor -> tensor.timesInPlace(factor));
    }

    /**
     * Scales tensors by a factor that is on the device; each product is rounded once.
     *
     * @param factor a scalar in fp64
     */
    default void scaleInPlace(List<Tensor> tensors, Tensor factor) {
        ReferenceKernels.scaleInPlace(tensors, factor);
    }

    /**
     * Block-wise dynamic quantization to 8 bits (Dettmers et al. 2022, section 2): a block is divided by its largest magnitude, of at
     * least 1e-12, and each quotient becomes the index of the map's nearest value; of two equally near, the greater.
     *
     * @param values {@code [n]} fp32; the last block may be shorter
     * @param codes {@code [n]} uint8, overwritten
     * @param scales {@code [ceil(n / blockSize)]} fp32, overwritten with what the blocks were divided by
     */
    default void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        BlockQuantization.quantize(values, map, codes, scales, blockSize);
    }

    /** The values {@code [n]} fp32 that {@link #quantizeBlocks} stored: {@code map[code] * scale}. */
    default Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return BlockQuantization.dequantize(codes, map, scales, blockSize);
    }

    /**
     * Unpacks a weight in four bits into memory that is there already.
     *
     * @param weight its blocks
     * @param target contiguous, any floating dtype, as many elements as the blocks have or, where the last is padded, fewer
     */
    default void dequantize(FourBitCodes weight, Tensor target) {
        ReferenceKernels.dequantize(weight, target);
    }

    /**
     * Multiplies few rows with a weight in four bits that is not unpacked first: {@code target = x W'}, where W has the values that
     * {@link #dequantize} gives.
     *
     * @param x {@code [rows, in]}
     * @param weight the blocks of {@code [out, in]}
     * @param target {@code [rows, out]} in the dtype of {@code x}; its rows may lie apart
     * @return false if nothing was computed, because the backend has no such kernel for these operands; the caller unpacks
     */
    default boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
        return false;
    }

    /**
     * Scales of blocks that are quantized themselves (Dettmers et al. 2023, section 3): {@code (code - 128) / factor + mean}, in the dtype
     * of the factors, to which the quotient is rounded too. All backends return the same bits, since checkpoints keep codes.
     *
     * @param codes uint8 {@code [n, size]}
     * @param factors {@code [n, 1]}, fp32 or bf16
     * @param mean {@code [1]} in the same dtype
     * @return {@code [n * size]} in that dtype
     */
    default Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        return ReferenceKernels.dequantizeScales(codes, factors, mean);
    }

    /**
     * One parameter's operands of {@link #adamW(List)}, as those of {@link #adamW(Tensor, Tensor, Tensor, Tensor, AdamWStep)}.
     *
     * @param parameter updated; all four are of its shape and its dtype, fp32 or fp64
     * @param gradient only read
     * @param mean first moment, updated
     * @param variance second moment, updated
     * @param step the numbers of this one
     */
    record AdamWUpdate(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {}

    /**
     * Result of {@link #rmsNorm}.
     *
     * @param output {@code [T, D]} in x's dtype
     * @param inverseRms {@code [T, 1]}, at least fp32
     */
    record Normalized(Tensor output, Tensor inverseRms) {}

    /**
     * Result of {@link #attention}.
     *
     * @param output {@code [T, heads * headSize]}
     * @param statistics what this backend's backward needs besides the output; in the default composition the log-sum-exp of
     *     each row and head, {@code [T, heads]}, instead of the probabilities (Dao et al. 2022, section 3.1)
     */
    record Attended(Tensor output, Tensor statistics) {}

    /**
     * Result of {@link #linearCrossEntropy}.
     *
     * @param lossSum scalar, at least fp32: the sum over rows, not the mean
     * @param hiddenGradient {@code [N, D]}, or null if not requested
     */
    record LossAndGradient(
            Tensor lossSum,
            @org.jspecify.annotations.Nullable Tensor hiddenGradient) {}

    /**
     * The numbers of one AdamW update (Loshchilov and Hutter 2019, algorithm 2; PyTorch's {@code torch.optim.AdamW}).
     *
     * @param learningRate already scheduled
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay decoupled decay
     * @param step 1 for the first update; for the bias corrections
     */
    record AdamWStep(double learningRate, double beta1, double beta2, double epsilon, double weightDecay, long step) {
        /** {@code 1 - beta1^step}. */
        public double biasCorrection1() {
            return 1 - Math.pow(beta1, step);
        }

        /** {@code 1 - beta2^step}. */
        public double biasCorrection2() {
            return 1 - Math.pow(beta2, step);
        }
    }

    /**
     * Numbers in four bits each: an element is the level that its code names times the scale of its block, rounded to the dtype of
     * both.
     *
     * @param codes uint8 {@code [blocks * blockSize / 2]}, two codes in each byte, the first in the high nibble
     * @param levels {@code [16]}
     * @param scales {@code [blocks]} in the levels' dtype
     * @param blockSize neighbouring elements that share a scale, an even number
     */
    record FourBitCodes(Tensor codes, Tensor levels, Tensor scales, int blockSize) {
        /** Number of levels. */
        public static final int LEVELS = 16;

        public FourBitCodes {
            boolean fits = codes.dtype() == DType.UINT8
                    && levels.elementCount() == LEVELS
                    && levels.dtype() == scales.dtype()
                    && blockSize > 0
                    && blockSize % 2 == 0
                    && codes.elementCount() == scales.elementCount() * (blockSize / 2);
            if (!fits) {
                throw new InternalException("codes " + codes + ", levels " + levels + " and scales " + scales
                        + " for blocks of " + blockSize);
            }
        }

        /** Elements that the blocks have room for. */
        public long capacity() {
            return scales.elementCount() * blockSize;
        }

        /** The codes of {@code count} blocks from {@code first} on. The tensors are views, which belong to the caller's scope. */
        public FourBitCodes blocks(long first, long count) {
            long bytes = blockSize / 2;
            return new FourBitCodes(
                    codes.rows(first * bytes, count * bytes), levels, scales.rows(first, count), blockSize);
        }
    }

    /**
     * New rows of a sequence, whose earlier rows have left their keys and values.
     *
     * @param start the first of its rows in the batch
     * @param length number of its rows in the batch, at least 1
     * @param before number of its earlier rows
     * @param keysValues {@code [capacity, 2 * shape.keyValueSize()]}: row i is {@code [k heads | v heads]} of position i, rotated; at least
     *     {@code before + length} rows
     */
    record CachedSequence(int start, int length, int before, Tensor keysValues) {
        /** Positions after the new rows. */
        public int total() {
            return before + length;
        }
    }
}
