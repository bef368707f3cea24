// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.function.BiConsumer;
import org.apiguardian.api.API;

/** Quantization in blocks as a plain composition of the mandatory kernels, beside {@link ReferenceKernels}. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class BlockQuantization {
    /** The smallest divisor of a block, as in torchao's {@code scale_tensor}. */
    public static final double LEAST_SCALE = 1e-12;

    private BlockQuantization() {}

    /** Blocks that so many values fill, the last perhaps not wholly. */
    public static long blocks(long count, long blockSize) {
        return (count + blockSize - 1) / blockSize;
    }

    /** {@link FusedKernels#quantizeBlocks}. */
    public static void quantize(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor scaled = values.copy();
            eachPart(scaled, scales, blockSize, (rows, scale) -> {
                Tensor largest = rows.apply(UnaryFunction.ABSOLUTE).max(-1);
                Tensor least = Tensor.full(values.kernels(), LEAST_SCALE, DType.FLOAT32, 1, 1);
                scale.copyFrom(largest.lessThan(least).choose(least, largest));
                rows.copyFrom(rows.dividedBy(scale));
            });
            codes.copyFrom(nearest(scaled, map.midpoints()));
        }
    }

    /** The number of midpoints at or below each value, by bisection. */
    private static Tensor nearest(Tensor values, Tensor midpoints) {
        Tensor code = Tensor.full(values.kernels(), 0, DType.INT64, values.elementCount());
        for (long step = CodeMap.SIZE / 2; step >= 1; step /= 2) {
            Tensor further = code.plus(Tensor.full(values.kernels(), step, DType.INT64, 1));
            Tensor last = code.plus(Tensor.full(values.kernels(), step - 1, DType.INT64, 1));
            code = values.lessThan(midpoints.gatherRows(last)).choose(code, further);
        }
        return code;
    }

    /** {@link FusedKernels#dequantizeBlocks}. */
    public static Tensor dequantize(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor values = map.values().gatherRows(codes.cast(DType.INT64));
            eachPart(values, scales, blockSize, (rows, scale) -> rows.timesInPlace(scale));
            return scope.escape(values);
        }
    }

    /**
     * Calls with the full blocks, and with a shorter one at the end, as views.
     *
     * @param use gets {@code [b, blockSize]} and {@code [b, 1]}
     */
    public static void eachPart(Tensor values, Tensor scales, long blockSize, BiConsumer<Tensor, Tensor> use) {
        long count = values.elementCount();
        long full = count / blockSize;
        if (full > 0) {
            use.accept(
                    values.rows(0, full * blockSize).reshape(full, blockSize),
                    scales.rows(0, full).reshape(full, 1));
        }
        if (count > full * blockSize) {
            use.accept(
                    values.rows(full * blockSize, count - full * blockSize).reshape(1, -1),
                    scales.rows(full, 1).reshape(1, 1));
        }
    }
}
