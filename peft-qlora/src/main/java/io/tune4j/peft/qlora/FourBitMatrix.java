// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.ByteBuffer;

/**
 * One weight matrix {@code [out, in]} in four bits, on a backend.
 *
 * @param rows out
 * @param layout of its elements
 * @param codes uint8 {@code [code bytes]}
 */
record FourBitMatrix(long rows, BlockLayout layout, Tensor codes, BlockScales scales) implements AutoCloseable {
    FourBitMatrix {
        TensorScope.detach(codes);
    }

    /**
     * Quantizes.
     *
     * @param weight of the rounding's dtype; stays the caller's
     * @param table of the scheme's levels
     */
    static FourBitMatrix quantize(Tensor weight, Scheme scheme, Rounding rounding, CodeTable table) {
        BlockLayout layout = scheme.layout(weight.elementCount());
        ArrayKernels kernels = weight.kernels();
        Tensor codes = Tensor.empty(kernels, DType.UINT8, layout.codeBytes());
        float[] largest = new float[0];
        if (kernels.hasValues() && kernels.device().isCpu()) {
            largest = new BlockQuantizer(layout, rounding, table)
                    .quantize(weight, (bytes, offset) -> kernels.write(codes.array(), offset, bytes));
        } else if (kernels.hasValues()) {
            largest = new DeviceQuantizer(layout, scheme.levels(rounding)).quantize(weight, codes);
        }
        return new FourBitMatrix(weight.size(0), layout, codes, scales(kernels, scheme, layout, rounding, largest));
    }

    private static BlockScales scales(
            ArrayKernels kernels, Scheme scheme, BlockLayout layout, Rounding rounding, float[] largest) {
        if (!kernels.hasValues()) {
            return scheme.quantizesScalers()
                    ? new BlockScales.Quantized(
                            Tensor.empty(kernels, DType.UINT8, layout.scalerBlocks(), layout.scalerBlockSize()),
                            Tensor.empty(kernels, rounding.dtype(), layout.scalerBlocks(), 1),
                            Tensor.empty(kernels, rounding.dtype(), 1),
                            layout.blocks())
                    : new BlockScales.Plain(Tensor.empty(kernels, rounding.dtype(), layout.blocks()));
        }
        if (!scheme.quantizesScalers()) {
            return new BlockScales.Plain(Tensor.ofFloats(kernels, rounding.dtype(), largest, largest.length));
        }
        QuantizedScalers made = QuantizedScalers.quantize(largest, layout, rounding);
        Tensor scalers = Tensor.empty(kernels, DType.UINT8, layout.scalerBlocks(), layout.scalerBlockSize());
        kernels.write(scalers.array(), 0, ByteBuffer.wrap(made.codes()));
        return new BlockScales.Quantized(
                scalers,
                Tensor.ofFloats(kernels, rounding.dtype(), made.factors(), layout.scalerBlocks(), 1),
                Tensor.ofFloats(kernels, rounding.dtype(), new float[] {made.mean()}, 1),
                layout.blocks());
    }

    /**
     * Makes the codes in the form that a backend unpacks; their tensors belong to the caller's scope.
     *
     * @param backend that unpacks it
     * @param levels of the scheme, in the scales' dtype
     */
    FourBitCodes packed(Backend backend, Tensor levels) {
        return new FourBitCodes(codes, levels, scales.unpacked(backend), layout.blockSize());
    }

    @Override
    public void close() {
        codes.close();
        scales.close();
    }
}
