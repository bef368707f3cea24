// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.BlockQuantization;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Quantization in blocks by table look-ups, in pieces that stay in the cache. */
final class BlockOperations {
    private static final long PIECE = 1 << 18;

    private BlockOperations() {}

    static void quantize(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize, TorchParts threads) {
        long piece = Math.max(1, PIECE / blockSize) * blockSize;
        threads.each(Math.toIntExact((values.elementCount() + piece - 1) / piece), i -> {
            try (TensorScope scope = TensorScope.open();
                    TorchWork work = new TorchWork()) {
                long start = i * piece;
                long count = Math.min(piece, values.elementCount() - start);
                Tensor quotients = values.rows(start, count).copy();
                Tensor divisors = scales.rows(start / blockSize, BlockQuantization.blocks(count, blockSize));
                BlockQuantization.eachPart(quotients, divisors, blockSize, (rows, scale) -> {
                    org.bytedeco.pytorch.Tensor magnitudes = work.keep(raw(rows).abs());
                    raw(scale).copy_(work.keep(magnitudes.amax(new long[] {1}, true)));
                    raw(scale).clamp_min_(work.scalar(BlockQuantization.LEAST_SCALE));
                    raw(rows).div_(raw(scale));
                });
                raw(codes.rows(start, count)).copy_(nearest(raw(quotients), map, work));
            }
        });
    }

    private static org.bytedeco.pytorch.Tensor nearest(
            org.bytedeco.pytorch.Tensor quotients, CodeMap map, TorchWork work) {
        org.bytedeco.pytorch.Tensor bits = work.keep(quotients.view(ScalarType.Int));
        org.bytedeco.pytorch.Tensor cells = work.keep(bits.__rshift__(work.keep(new Scalar(16))));
        cells.add_(work.keep(new Scalar(1 << 15)));
        org.bytedeco.pytorch.Tensor bounds = work.keep(raw(map.cellBounds()).index_select(0, cells));
        org.bytedeco.pytorch.Tensor codes = work.keep(raw(map.cellCodes()).index_select(0, cells));
        return codes.add_(work.keep(quotients.ge(bounds)));
    }

    static Tensor dequantize(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        try (TensorScope scope = TensorScope.open();
                TorchWork work = new TorchWork()) {
            Tensor values = Tensor.empty(codes.kernels(), DType.FLOAT32, codes.elementCount());
            org.bytedeco.pytorch.Tensor indexes = work.keep(raw(codes).to(ScalarType.Int));
            torch.index_select_out(raw(values), raw(map.values()), 0, indexes);
            BlockQuantization.eachPart(
                    values, scales, blockSize, (rows, scale) -> raw(rows).mul_(raw(scale)));
            return scope.escape(values);
        }
    }
}
