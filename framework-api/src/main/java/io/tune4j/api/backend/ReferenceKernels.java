// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import java.util.stream.LongStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The fused kernels as plain compositions of the mandatory ones: written to be read, one line per formula. Statistics
 * are computed in fp32 (fp64 for fp64 input) whatever the dtype of the arrays, as PyTorch does.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class ReferenceKernels {
    /** Logits of about this many elements exist at a time. */
    private static final long CHUNK_ELEMENTS = 16L << 20;

    /** Bytes of codes that are unpacked at a time: the indices of a look-up take eight bytes each. */
    private static final long CODE_BYTES = 1 << 20;

    /** Factor in the tanh approximation of GELU (Hendrycks and Gimpel 2016, section 2). */
    private static final double GELU_SCALE = Math.sqrt(2 / Math.PI);

    /** Factor of the cube there. */
    private static final double GELU_CUBIC = 0.044715;

    /** The code of a scale that is the mean of all. */
    private static final int SCALE_ZERO = 128;

    private ReferenceKernels() {}

    static DType statisticsDtype(Tensor x) {
        return x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** {@link FusedKernels#rmsNorm} of mandatory kernels. */
    public static Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor wide = x.cast(statisticsDtype(x));
            Tensor inverseRms = wide.times(wide)
                    .sum(-1)
                    .times(1.0 / x.size(-1))
                    .plus(epsilon)
                    .apply(UnaryFunction.RECIPROCAL_SQRT);
            Tensor normalized = wide.times(inverseRms);
            Tensor output = weight.dtype() == x.dtype()
                    ? normalized.cast(x.dtype()).times(weight)
                    : normalized.times(weight.cast(wide.dtype())).cast(x.dtype());
            return new Normalized(scope.escape(output), scope.escape(inverseRms));
        }
    }

    /** With n = x * r: dx = r * (w*dy - n * mean(w*dy * n)). */
    public static Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        try (TensorScope scope = TensorScope.open()) {
            DType wide = statisticsDtype(x);
            Tensor normalized = x.cast(wide).times(inverseRms);
            Tensor weighted = outputGradient.cast(wide).times(weight.cast(wide));
            Tensor mean = weighted.times(normalized).sum(-1).times(1.0 / x.size(-1));
            Tensor gradient =
                    weighted.minus(normalized.times(mean)).times(inverseRms).cast(x.dtype());
            return scope.escape(gradient);
        }
    }

    /** {@link FusedKernels#rmsNormWeightBackward} of mandatory kernels. */
    public static Tensor rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        try (TensorScope scope = TensorScope.open()) {
            DType wide = statisticsDtype(x);
            Tensor normalized = x.cast(wide).timesInPlace(inverseRms);
            return scope.escape(
                    normalized.timesInPlace(outputGradient.cast(wide)).sum(0).reshape(x.size(1)));
        }
    }

    /** {@link FusedKernels#rotaryInPlace} of mandatory kernels. */
    public static void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        try (TensorScope scope = TensorScope.open()) {
            long rows = fused.size(0);
            long half = cos.size(1);
            int turned = shape.heads() + shape.keyValueHeads();
            Tensor heads = fused.reshape(rows, shape.heads() + 2L * shape.keyValueHeads(), shape.headSize())
                    .narrow(1, 0, turned);
            Tensor first = heads.narrow(2, 0, half);
            Tensor second = heads.narrow(2, half, half);
            Tensor cosine = cos.reshape(rows, 1, half);
            Tensor sine = inverse ? sin.reshape(rows, 1, half).times(-1) : sin.reshape(rows, 1, half);
            Tensor turnedFirst = first.times(cosine).minus(second.times(sine));
            Tensor turnedSecond = second.times(cosine).plus(first.times(sine));
            first.copyFrom(turnedFirst);
            second.copyFrom(turnedSecond);
        }
    }

    /** Rows of one sequence and head group as {@code [kvHeads, group * L, headSize]} for q. */
    static Tensor queries(Tensor rows, AttentionShape shape) {
        long length = rows.size(0);
        return rows.narrow(1, 0, shape.querySize())
                .reshape(length, shape.heads(), shape.headSize())
                .transpose(0, 1)
                .reshape(shape.keyValueHeads(), shape.groupSize() * length, shape.headSize());
    }

    /** k (part 0) or v (part 1) of one sequence as {@code [kvHeads, L, headSize]}. */
    private static Tensor keysOrValues(Tensor rows, AttentionShape shape, int part) {
        return rows.narrow(1, shape.querySize() + (long) part * shape.keyValueSize(), shape.keyValueSize())
                .reshape(rows.size(0), shape.keyValueHeads(), shape.headSize())
                .transpose(0, 1);
    }

    /** Scaled and capped scores {@code [kvHeads, group * L, L]} in the statistics dtype. */
    static Tensor scores(Tensor q, Tensor k, AttentionShape shape) {
        Tensor scores = q.matmul(k.transpose(1, 2)).cast(statisticsDtype(q)).times(shape.scale());
        return shape.softCap() == 0 ? scores : SoftCap.of(scores, shape.softCap());
    }

    /** The scores with minus infinity at the keys that a query does not see. */
    private static Tensor masked(Tensor scores, AttentionShape shape) {
        long length = scores.size(2);
        Tensor position = Tensor.of(scores.kernels(), scores.kernels().arange(length));
        Tensor query = position.reshape(length, 1);
        Tensor key = position.reshape(1, length);
        Tensor hidden = Tensor.full(scores.kernels(), Double.NEGATIVE_INFINITY, scores.dtype(), 1);
        Tensor seen = query.lessThan(key).choose(hidden, scores.reshape(shape.heads(), length, length));
        if (shape.window() > 0) {
            long[] lastQueries = LongStream.range(0, length)
                    .map(each -> each + shape.window() - 1)
                    .toArray();
            Tensor lastQuery = Tensor.ofLongs(scores.kernels(), lastQueries).reshape(1, length);
            seen = lastQuery.lessThan(query).choose(hidden, seen);
        }
        return seen.reshape(shape.keyValueHeads(), shape.groupSize() * length, length);
    }

    /** {@link FusedKernels#attention} of mandatory kernels, sequence by sequence and head by head. */
    public static Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        try (TensorScope scope = TensorScope.open()) {
            DType wide = statisticsDtype(fused);
            Tensor output = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.querySize());
            Tensor logSumExp = Tensor.empty(fused.kernels(), wide, fused.size(0), shape.heads());
            for (Sequence sequence : layout.sequences()) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor rows = fused.rows(sequence.start(), sequence.length());
                    Tensor scores = masked(scores(queries(rows, shape), keysOrValues(rows, shape, 0), shape), shape);
                    Tensor max = scores.max(-1);
                    Tensor exponents = scores.minus(max).apply(UnaryFunction.EXP);
                    Tensor sum = exponents.sum(-1);
                    Tensor attended =
                            exponents.dividedBy(sum).cast(fused.dtype()).matmul(keysOrValues(rows, shape, 1));
                    output.rows(sequence.start(), sequence.length()).copyFrom(toRows(attended, sequence, shape));
                    logSumExp
                            .rows(sequence.start(), sequence.length())
                            .copyFrom(max.plus(sum.apply(UnaryFunction.LOG))
                                    .reshape(shape.heads(), sequence.length())
                                    .transposed());
                }
            }
            return new Attended(scope.escape(output), scope.escape(logSumExp));
        }
    }

    /** {@code [kvHeads, group * L, headSize]} back to rows {@code [L, heads * headSize]}. */
    private static Tensor toRows(Tensor heads, Sequence sequence, AttentionShape shape) {
        long count = heads.elementCount() / ((long) sequence.length() * shape.headSize());
        return heads.reshape(count, sequence.length(), shape.headSize())
                .transpose(0, 1)
                .reshape(sequence.length(), count * shape.headSize());
    }

    /**
     * P = exp(S - lse); dV = P'dO; dS = P * (dO V' - rowsum(dO * O)); Dao et al. 2022, appendix B.4. Of capped scores
     * c * tanh(s / c) the slope is 1 - (S / c)^2.
     */
    public static Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        try (TensorScope scope = TensorScope.open()) {
            DType wide = statisticsDtype(fused);
            Tensor gradient = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.fusedSize());
            for (Sequence sequence : layout.sequences()) {
                try (TensorScope inner = TensorScope.open()) {
                    int start = sequence.start();
                    int length = sequence.length();
                    Tensor rows = fused.rows(start, length);
                    Tensor q = queries(rows, shape);
                    Tensor k = keysOrValues(rows, shape, 0);
                    Tensor v = keysOrValues(rows, shape, 1);
                    Tensor dO = queries(outputGradient.rows(start, length), shape);
                    Tensor o = queries(attended.output().rows(start, length), shape);
                    Tensor lse = attended.statistics()
                            .rows(start, length)
                            .transposed()
                            .reshape(shape.keyValueHeads(), (long) shape.groupSize() * length, 1);
                    Tensor scores = scores(q, k, shape);
                    Tensor p = masked(scores, shape).minus(lse).apply(UnaryFunction.EXP);
                    Tensor dV = p.cast(fused.dtype()).transpose(1, 2).matmul(dO);
                    Tensor delta = dO.cast(wide).times(o.cast(wide)).sum(-1);
                    Tensor dP = dO.matmul(v.transpose(1, 2)).cast(wide);
                    Tensor dCapped = p.times(dP.minus(delta)).times(shape.scale());
                    Tensor dS = uncapped(dCapped, scores, shape).cast(fused.dtype());
                    Tensor target = gradient.rows(start, length);
                    target.narrow(1, 0, shape.querySize()).copyFrom(toRows(dS.matmul(k), sequence, shape));
                    target.narrow(1, shape.querySize(), shape.keyValueSize())
                            .copyFrom(toRows(dS.transpose(1, 2).matmul(q), sequence, shape));
                    target.narrow(1, (long) shape.querySize() + shape.keyValueSize(), shape.keyValueSize())
                            .copyFrom(toRows(dV, sequence, shape));
                }
            }
            return scope.escape(gradient);
        }
    }

    private static Tensor uncapped(Tensor gradient, Tensor scores, AttentionShape shape) {
        return shape.softCap() == 0 ? gradient : gradient.times(SoftCap.slope(scores, shape.softCap()));
    }

    /** {@link FusedKernels#swiGlu} of mandatory kernels. */
    public static Tensor swiGlu(Tensor gateUp) {
        try (TensorScope scope = TensorScope.open()) {
            long width = gateUp.size(1) / 2;
            Tensor gate = gateUp.narrow(1, 0, width);
            Tensor up = gateUp.narrow(1, width, width);
            return scope.escape(gate.times(gate.apply(UnaryFunction.SIGMOID)).times(up));
        }
    }

    /** With s = sigmoid(g): d silu(g) = s * (1 + g * (1 - s)). */
    public static Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        try (TensorScope scope = TensorScope.open()) {
            long width = gateUp.size(1) / 2;
            Tensor gate = gateUp.narrow(1, 0, width);
            Tensor up = gateUp.narrow(1, width, width);
            Tensor sigmoid = gate.apply(UnaryFunction.SIGMOID);
            Tensor slope = sigmoid.times(gate.times(sigmoid.times(-1).plus(1)).plus(1));
            Tensor gradient = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), 2 * width);
            gradient.narrow(1, 0, width).copyFrom(outputGradient.times(up).times(slope));
            gradient.narrow(1, width, width).copyFrom(outputGradient.times(gate).times(sigmoid));
            return scope.escape(gradient);
        }
    }

    /** With t = tanh(k * (g + c * g^3)) the activation is g / 2 * (1 + t). */
    public static Tensor geGlu(Tensor gateUp) {
        try (TensorScope scope = TensorScope.open()) {
            long width = gateUp.size(1) / 2;
            Tensor gate = gateUp.narrow(1, 0, width);
            Tensor up = gateUp.narrow(1, width, width);
            Tensor wide = gate.cast(statisticsDtype(gate));
            Tensor activated = wide.times(0.5).times(geluTanh(wide).plus(1)).cast(gate.dtype());
            return scope.escape(activated.times(up));
        }
    }

    private static Tensor geluTanh(Tensor gate) {
        Tensor square = gate.times(gate);
        return gate.times(square.times(GELU_CUBIC).plus(1)).times(GELU_SCALE).apply(UnaryFunction.TANH);
    }

    /** d gelu(g) = (1 + t) / 2 + g / 2 * (1 - t^2) * k * (1 + 3c * g^2). */
    public static Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
        try (TensorScope scope = TensorScope.open()) {
            long width = gateUp.size(1) / 2;
            DType statistics = statisticsDtype(gateUp);
            Tensor gate = gateUp.narrow(1, 0, width).cast(statistics);
            Tensor up = gateUp.narrow(1, width, width).cast(statistics);
            Tensor incoming = outputGradient.cast(statistics);
            Tensor tanh = geluTanh(gate);
            Tensor half = tanh.plus(1).times(0.5);
            Tensor inner = gate.times(gate).times(3 * GELU_CUBIC).plus(1).times(GELU_SCALE);
            Tensor slope = tanh.times(tanh)
                    .times(-1)
                    .plus(1)
                    .times(gate)
                    .times(0.5)
                    .times(inner)
                    .plus(half);
            Tensor gradient = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), 2 * width);
            gradient.narrow(1, 0, width).copyFrom(incoming.times(up).times(slope));
            gradient.narrow(1, width, width).copyFrom(incoming.times(gate).times(half));
            return scope.escape(gradient);
        }
    }

    /** {@link FusedKernels#crossEntropyInPlace} of mandatory kernels. */
    public static Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor wide = logits.cast(statisticsDtype(logits));
            Tensor shifted = wide.minus(wide.max(-1));
            Tensor exponents = shifted.apply(UnaryFunction.EXP);
            Tensor sum = exponents.sum(-1);
            Tensor loss = sum.apply(UnaryFunction.LOG)
                    .reshape(labels.size(0))
                    .minus(shifted.pick(labels))
                    .sum();
            logits.copyFrom(exponents.dividedBy(sum).addAtInPlace(labels, -1));
            return scope.escape(loss);
        }
    }

    /** {@link FusedKernels#linearCrossEntropy} of mandatory kernels, with logits for some rows at a time. */
    public static LossAndGradient linearCrossEntropy(
            Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        try (TensorScope scope = TensorScope.open()) {
            long rows = hidden.size(0);
            long chunk = Math.max(1, CHUNK_ELEMENTS / weight.size(0));
            Tensor loss = Tensor.zeros(hidden.kernels(), statisticsDtype(hidden));
            @Nullable
            Tensor gradient =
                    withGradient ? Tensor.empty(hidden.kernels(), hidden.dtype(), rows, hidden.size(1)) : null;
            for (long start = 0; start < rows; start += chunk) {
                try (TensorScope inner = TensorScope.open()) {
                    long count = Math.min(chunk, rows - start);
                    Tensor logits = hidden.rows(start, count)
                            .matmul(weight.transposed())
                            .cast(statisticsDtype(hidden));
                    loss.addInPlace(crossEntropyInPlace(logits, labels.rows(start, count)), 1);
                    if (gradient != null) {
                        gradient.rows(start, count)
                                .copyFrom(logits.cast(weight.dtype()).matmul(weight));
                    }
                }
            }
            return new LossAndGradient(scope.escape(loss), gradient == null ? null : scope.escape(gradient));
        }
    }

    /** {@link FusedKernels#adamW} of mandatory kernels. */
    public static void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        try (TensorScope scope = TensorScope.open()) {
            parameter.timesInPlace(1 - step.learningRate() * step.weightDecay());
            mean.timesInPlace(step.beta1()).addInPlace(gradient, 1 - step.beta1());
            variance.timesInPlace(step.beta2()).addInPlace(gradient.times(gradient), 1 - step.beta2());
            Tensor root = variance.apply(UnaryFunction.SQRT)
                    .times(1 / Math.sqrt(step.biasCorrection2()))
                    .plus(step.epsilon());
            parameter.addInPlace(mean.dividedBy(root), -step.learningRate() / step.biasCorrection1());
        }
    }

    /** {@link FusedKernels#sumOfSquares} of mandatory kernels. */
    public static Tensor sumOfSquares(List<Tensor> tensors) {
        Tensor total = Tensor.zeros(tensors.get(0).kernels(), DType.FLOAT64);
        for (Tensor tensor : tensors) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor wide = tensor.dtype() == DType.FLOAT64 ? tensor : tensor.cast(DType.FLOAT32);
                total.addInPlace(wide.times(wide).sum().cast(DType.FLOAT64), 1);
            }
        }
        return total;
    }

    /** A factor in fp32 is not rounded to a narrower dtype of a tensor. */
    public static void scaleInPlace(List<Tensor> tensors, Tensor factor) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor narrower = factor.cast(DType.FLOAT32);
            for (Tensor tensor : tensors) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor ofTensor = tensor.dtype() == DType.FLOAT64 ? factor : narrower;
                    if (tensor.dtype() == ofTensor.dtype()) {
                        tensor.timesInPlace(ofTensor);
                    } else {
                        tensor.copyFrom(tensor.cast(ofTensor.dtype()).timesInPlace(ofTensor));
                    }
                }
            }
        }
    }

    /** {@link FusedKernels#dequantizeScales} of mandatory kernels. */
    public static Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor scales = codes.cast(factors.dtype())
                    .plus(-SCALE_ZERO)
                    .dividedBy(factors)
                    .addInPlace(mean, 1);
            return scope.escape(scales.reshape(codes.elementCount()));
        }
    }

    /** A look-up of pairs of levels by the byte that holds their codes, times the scales. */
    public static void dequantize(FourBitCodes weight, Tensor target) {
        long blockSize = weight.blockSize();
        long blocks = Math.min(weight.scales().elementCount(), (target.elementCount() + blockSize - 1) / blockSize);
        long atATime = Math.max(1, CODE_BYTES / (blockSize / 2));
        try (TensorScope scope = TensorScope.open()) {
            Tensor pairs = pairs(weight.levels());
            Tensor flat = target.reshape(target.elementCount());
            for (long first = 0; first < blocks; first += atATime) {
                try (TensorScope inner = TensorScope.open()) {
                    long count = Math.min(atATime, blocks - first);
                    FourBitCodes piece = weight.blocks(first, count);
                    Tensor values =
                            pairs.gatherRows(piece.codes().cast(DType.INT64)).reshape(count, blockSize);
                    values.timesInPlace(piece.scales().reshape(count, 1));
                    long start = first * blockSize;
                    long length = Math.min(count * blockSize, target.elementCount() - start);
                    flat.rows(start, length)
                            .copyFrom(values.reshape(count * blockSize).rows(0, length));
                }
            }
        }
    }

    /** A table of the levels of each byte's two codes, the high nibble's first: {@code [256, 2]}. */
    private static Tensor pairs(Tensor levels) {
        long[] codes = new long[2 << Byte.SIZE];
        for (int code = 0; code < 1 << Byte.SIZE; code++) {
            codes[2 * code] = code >>> 4;
            codes[2 * code + 1] = code & 0xf;
        }
        return levels.gatherRows(Tensor.ofLongs(levels.kernels(), codes)).reshape(1L << Byte.SIZE, 2);
    }
}
