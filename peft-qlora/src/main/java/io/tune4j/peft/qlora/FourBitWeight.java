package io.tune4j.peft.qlora;

import io.tune4j.api.backend.FourBitCodes;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/**
 * Projections of the same input in four bits, each quantized for itself. They are unpacked a piece of rows at a time into the
 * model's {@link UnpackSpace}, and each piece is multiplied at once: an unpacked weight as a whole never exists.
 *
 * <p>Products are computed in the space's dtype, which is fp32 where the processor would only emulate bf16; what comes in and goes
 * out is of the compute dtype.
 */
final class FourBitWeight implements FrozenWeight {
    /** Elements that are unpacked at once; large enough for a matrix product to run at full speed. */
    static final long PIECE = 16L << 20;

    private final List<FourBitMatrix> matrices;
    private final long inFeatures;
    private final DType computeDtype;
    private final UnpackSpace space;

    /**
     * @param matrices one below the other, taken over
     * @param space shared with other weights
     */
    FourBitWeight(List<FourBitMatrix> matrices, long inFeatures, DType computeDtype, UnpackSpace space) {
        this.matrices = List.copyOf(matrices);
        this.inFeatures = inFeatures;
        this.computeDtype = computeDtype;
        this.space = space;
        space.join(matrices.stream()
                .mapToLong(matrix -> rowsAtOnce(matrix) * inFeatures)
                .max()
                .orElse(0));
    }

    /** Pieces begin where a block does. */
    private long rowsAtOnce(FourBitMatrix matrix) {
        long step = matrix.layout().blockSize()
                / greatestCommonDivisor(matrix.layout().blockSize(), inFeatures);
        long rows = Math.max(step, PIECE / inFeatures / step * step);
        return Math.min(matrix.rows(), rows);
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    @Override
    public long outFeatures() {
        return matrices.stream().mapToLong(FourBitMatrix::rows).sum();
    }

    @Override
    public long inFeatures() {
        return inFeatures;
    }

    @Override
    public DType computeDtype() {
        return computeDtype;
    }

    /** Takes a piece {@code [n, in]} of the weight, which is rows {@code row} to {@code row + n} of it. */
    private interface PieceUser {
        void use(Tensor piece, long row);
    }

    private void forEachPiece(PieceUser user) {
        long row = 0;
        for (FourBitMatrix matrix : matrices) {
            try (TensorScope scope = TensorScope.open()) {
                FourBitCodes packed = matrix.packed(space.levels());
                long atOnce = rowsAtOnce(matrix);
                for (long first = 0; first < matrix.rows(); first += atOnce) {
                    try (TensorScope inner = TensorScope.open()) {
                        long rows = Math.min(atOnce, matrix.rows() - first);
                        Tensor piece = space.matrix(rows, inFeatures);
                        space.backend().dequantize(rows(packed, first, rows), piece);
                        user.use(piece, row + first);
                    }
                }
            }
            row += matrix.rows();
        }
    }

    private FourBitCodes rows(FourBitCodes packed, long first, long rows) {
        long firstBlock = first * inFeatures / packed.blockSize();
        long end = ((first + rows) * inFeatures + packed.blockSize() - 1) / packed.blockSize();
        return packed.blocks(firstBlock, end - firstBlock);
    }

    private boolean isOnePiece() {
        return matrices.size() == 1
                && rowsAtOnce(matrices.get(0)) == matrices.get(0).rows();
    }

    /** A tensor of the current scope, which may be the given one. */
    private static Tensor in(DType dtype, Tensor x) {
        return x.dtype() == dtype ? x : x.cast(dtype);
    }

    @Override
    public Tensor multiply(Tensor x) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = Tensor.empty(x.kernels(), computeDtype, x.size(0), outFeatures());
            Tensor input = in(space.dtype(), x);
            forEachPiece((piece, row) -> {
                Tensor columns = y.narrow(1, row, piece.size(0));
                if (space.dtype() == computeDtype) {
                    columns.matmulInPlace(input, piece.transposed(), 0, 1);
                } else {
                    columns.copyFrom(input.matmul(piece.transposed()));
                }
            });
            return scope.escape(y);
        }
    }

    @Override
    public Tensor multiply(Tensor x, Tensor low, Tensor up) {
        if (space.dtype() != computeDtype) {
            return FrozenWeight.super.multiply(x, low, up);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = Tensor.empty(x.kernels(), computeDtype, x.size(0), outFeatures());
            forEachPiece((piece, row) -> {
                long columns = piece.size(0);
                y.narrow(1, row, columns).adaptedMatmulInPlace(x, piece.transposed(), low, up.narrow(1, row, columns));
            });
            return scope.escape(y);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient, Tensor low, Tensor up) {
        if (space.dtype() != computeDtype || !isOnePiece()) {
            return FrozenWeight.super.multiplyBackward(outputGradient, low, up);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor dx = Tensor.empty(outputGradient.kernels(), computeDtype, outputGradient.size(0), inFeatures);
            forEachPiece((piece, row) -> dx.adaptedMatmulInPlace(outputGradient, piece, low, up));
            return scope.escape(dx);
        }
    }

    /** The sum over pieces of {@code dy[:, rows]·W[rows]}, in at least fp32 where there are several. */
    @Override
    public Tensor multiplyBackward(Tensor outputGradient) {
        try (TensorScope scope = TensorScope.open()) {
            DType sums = isOnePiece() || space.dtype() == DType.FLOAT64 ? space.dtype() : DType.FLOAT32;
            Tensor dx = Tensor.empty(outputGradient.kernels(), sums, outputGradient.size(0), inFeatures);
            forEachPiece((piece, row) -> {
                Tensor columns = in(space.dtype(), outputGradient.narrow(1, row, piece.size(0)));
                if (sums == space.dtype()) {
                    dx.matmulInPlace(columns, piece, row == 0 ? 0 : 1, 1);
                } else if (row == 0) {
                    dx.copyFrom(columns.matmul(piece));
                } else {
                    dx.addInPlace(columns.matmul(piece), 1);
                }
            });
            return scope.escape(in(computeDtype, dx));
        }
    }

    @Override
    public Tensor dense(DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.empty(space.backend(), dtype, outFeatures(), inFeatures);
            long row = 0;
            for (FourBitMatrix matrix : matrices) {
                space.backend().dequantize(matrix.packed(space.levels()), weight.rows(row, matrix.rows()));
                row += matrix.rows();
            }
            return scope.escape(weight);
        }
    }

    @Override
    public void close() {
        matrices.forEach(FourBitMatrix::close);
        space.leave();
    }
}
