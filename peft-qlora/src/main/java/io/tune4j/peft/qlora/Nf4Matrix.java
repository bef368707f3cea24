package io.tune4j.peft.qlora;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.qlora.Nf4Levels.Rounding;
import java.nio.ByteBuffer;

/** One weight matrix {@code [out, in]} in NF4, on a backend: half a byte for each element and a 63rd of a byte for scalers. */
final class Nf4Matrix implements AutoCloseable {
    /** Bytes of codes that are unpacked at a time: the indices of a look-up take eight bytes each. */
    private static final long PIECE = 1 << 20;

    private final Nf4Layout layout;
    private final long rows;
    private final double mean;
    /** uint8 [code bytes]. */
    private final Tensor codes;
    /** uint8 [scaler blocks, scaler block size]. */
    private final Tensor scalers;
    /** [scaler blocks, 1] in the dtype of the rounding. */
    private final Tensor factors;

    private Nf4Matrix(Nf4Layout layout, long rows, double mean, Tensor codes, Tensor scalers, Tensor factors) {
        this.layout = layout;
        this.rows = rows;
        this.mean = mean;
        this.codes = TensorScope.detach(codes);
        this.scalers = TensorScope.detach(scalers);
        this.factors = TensorScope.detach(factors);
    }

    /** @param weight of the rounding's dtype; stays the caller's */
    static Nf4Matrix quantize(Tensor weight, int blockSize, int scalerBlockSize, Rounding rounding) {
        Nf4Layout layout = new Nf4Layout(weight.elementCount(), blockSize, scalerBlockSize);
        ArrayKernels kernels = weight.kernels();
        Tensor codes = Tensor.empty(kernels, DType.UINT8, layout.codeBytes());
        if (!kernels.hasValues()) {
            return new Nf4Matrix(
                    layout,
                    weight.size(0),
                    0,
                    codes,
                    Tensor.empty(kernels, DType.UINT8, layout.scalerBlocks(), scalerBlockSize),
                    Tensor.empty(kernels, rounding.dtype(), layout.scalerBlocks(), 1));
        }
        Nf4Scalers made = new Nf4Quantizer(layout, rounding)
                .quantize(weight, (bytes, offset) -> kernels.write(codes.array(), offset, bytes));
        Tensor scalers = Tensor.empty(kernels, DType.UINT8, layout.scalerBlocks(), scalerBlockSize);
        kernels.write(
                scalers.array(),
                0,
                ByteBuffer.allocateDirect(made.codes().length).put(made.codes()).flip());
        Tensor factors = Tensor.ofFloats(kernels, rounding.dtype(), made.factors(), layout.scalerBlocks(), 1);
        return new Nf4Matrix(layout, weight.size(0), made.mean(), codes, scalers, factors);
    }

    long rows() {
        return rows;
    }

    /**
     * Unpacks the matrix.
     *
     * @param pairs the levels of each byte's codes, {@code [256, 2]} in the dtype of the rounding
     * @param target {@code [out, in]}, contiguous
     */
    void unpackInto(Tensor pairs, Tensor target) {
        long blockBytes = layout.blockSize() / 2;
        int blocksAtATime = (int) Math.max(1, PIECE / blockBytes);
        try (TensorScope scope = TensorScope.open()) {
            Tensor flat = target.reshape(layout.elements());
            Tensor scale =
                    scalers.cast(factors.dtype()).plus(-128).dividedBy(factors).plus(mean);
            Tensor perBlock = scale.reshape((long) layout.scalerBytes(), 1);
            for (int first = 0; first < layout.blocks(); first += blocksAtATime) {
                try (TensorScope piece = TensorScope.open()) {
                    int count = Math.min(blocksAtATime, layout.blocks() - first);
                    Tensor bytes = codes.rows(first * blockBytes, count * blockBytes);
                    Tensor values = pairs.gatherRows(bytes.cast(DType.INT64)).reshape(count, layout.blockSize());
                    values.timesInPlace(perBlock.rows(first, count));
                    long start = (long) first * layout.blockSize();
                    long length = Math.min((long) count * layout.blockSize(), layout.elements() - start);
                    flat.rows(start, length)
                            .copyFrom(values.reshape((long) count * layout.blockSize())
                                    .rows(0, length));
                }
            }
        }
    }

    @Override
    public void close() {
        codes.close();
        scalers.close();
        factors.close();
    }
}
