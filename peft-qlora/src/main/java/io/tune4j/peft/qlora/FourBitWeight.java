// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Projections of the same input in four bits, each quantized for itself. They are unpacked a piece of rows at a time into the
 * model's {@link UnpackSpace}, and each piece is multiplied at once: a large unpacked weight never exists as a whole.
 *
 * <p>Products are computed in the space's dtype, which is fp32 where the processor would only emulate bf16; what comes in and goes
 * out is of the compute dtype.
 */
final class FourBitWeight implements FrozenWeight {
    /** Elements that are unpacked at once; large enough for a matrix product to run at full speed. */
    private static final long PIECE = 16L << 20;

    /** For more rows, unpacking the weight once takes less time than looking its codes up for each of them. */
    private static final long FEW_ROWS = 8;

    /** Elements that are unpacked at a time on a GPU, where each further piece is another pass over the result. */
    private static final long GPU_PIECE = 128L << 20;

    private final List<FourBitMatrix> matrices;
    private final long inFeatures;
    private final DType computeDtype;
    private final UnpackSpace space;
    private final List<Piece> pieces;

    /**
     * Rows of a matrix, from where a block begins.
     *
     * @param matrix its number
     */
    private record Part(int matrix, long first, long rows) {}

    /**
     * The rows that are unpacked at once: whole matrices, or a part of one.
     *
     * @param row the first in the whole weight
     */
    private record Piece(long row, long rows, List<Part> parts) {}

    /**
     * @param matrices one below the other, taken over
     * @param space shared with other weights
     */
    FourBitWeight(List<FourBitMatrix> matrices, long inFeatures, DType computeDtype, UnpackSpace space) {
        this(matrices, inFeatures, computeDtype, space, space.backend().device().isCpu() ? PIECE : GPU_PIECE);
    }

    /** @param most elements that are unpacked at once, or a block's rows where those are more */
    FourBitWeight(List<FourBitMatrix> matrices, long inFeatures, DType computeDtype, UnpackSpace space, long most) {
        this.matrices = List.copyOf(matrices);
        this.inFeatures = inFeatures;
        this.computeDtype = computeDtype;
        this.space = space;
        pieces = pieces(most);
        space.join(pieces.stream().mapToLong(Piece::rows).max().orElse(0) * inFeatures);
    }

    private List<Piece> pieces(long most) {
        List<Piece> result = new ArrayList<>();
        List<Part> whole = new ArrayList<>();
        long row = 0;
        long begun = 0;
        for (int i = 0; i < matrices.size(); i++) {
            FourBitMatrix matrix = matrices.get(i);
            if (!whole.isEmpty() && (row - begun + matrix.rows()) * inFeatures > most) {
                result.add(new Piece(begun, row - begun, List.copyOf(whole)));
                whole.clear();
            }
            if (whole.isEmpty()) {
                begun = row;
            }
            long atOnce = rowsAtOnce(matrix, most);
            if (atOnce == matrix.rows()) {
                whole.add(new Part(i, 0, atOnce));
            } else {
                for (long first = 0; first < matrix.rows(); first += atOnce) {
                    long rows = Math.min(atOnce, matrix.rows() - first);
                    result.add(new Piece(row + first, rows, List.of(new Part(i, first, rows))));
                }
            }
            row += matrix.rows();
        }
        if (!whole.isEmpty()) {
            result.add(new Piece(begun, row - begun, List.copyOf(whole)));
        }
        return List.copyOf(result);
    }

    /** Pieces begin where a block does. */
    private long rowsAtOnce(FourBitMatrix matrix, long most) {
        if (matrix.rows() * inFeatures <= most) {
            return matrix.rows();
        }
        long step = matrix.layout().blockSize()
                / greatestCommonDivisor(matrix.layout().blockSize(), inFeatures);
        long rows = Math.max(step, most / inFeatures / step * step);
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
        try (TensorScope scope = TensorScope.open()) {
            List<FourBitCodes> packed = matrices.stream().map(this::packed).toList();
            for (Piece piece : pieces) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor unpacked = space.matrix(piece.rows, inFeatures);
                    long row = 0;
                    for (Part part : piece.parts) {
                        space.backend().dequantize(rows(packed.get(part.matrix), part), unpacked.rows(row, part.rows));
                        row += part.rows;
                    }
                    user.use(unpacked, piece.row);
                }
            }
        }
    }

    private FourBitCodes packed(FourBitMatrix matrix) {
        return matrix.packed(space.backend(), space.levels());
    }

    private FourBitCodes rows(FourBitCodes packed, Part part) {
        long firstBlock = part.first * inFeatures / packed.blockSize();
        long end = ((part.first + part.rows) * inFeatures + packed.blockSize() - 1) / packed.blockSize();
        return packed.blocks(firstBlock, end - firstBlock);
    }

    private boolean isOnePiece() {
        return pieces.size() == 1;
    }

    /** A tensor of the current scope, which may be the given one. */
    private static Tensor in(DType dtype, Tensor x) {
        return x.dtype() == dtype ? x : x.cast(dtype);
    }

    /** Multiplies few rows, such as those of generation, with the codes themselves. False if the weight is to be unpacked. */
    private boolean multiplyCodes(Tensor x, Tensor y) {
        if (x.size(0) > FEW_ROWS || x.dtype() != computeDtype) {
            return false;
        }
        try (TensorScope scope = TensorScope.open()) {
            long row = 0;
            for (FourBitMatrix matrix : matrices) {
                if (!space.backend().multiplyCodes(x, packed(matrix), y.narrow(1, row, matrix.rows()))) {
                    return false;
                }
                row += matrix.rows();
            }
            return true;
        }
    }

    @Override
    public Tensor multiply(Tensor x) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = Tensor.empty(x.kernels(), computeDtype, x.size(0), outFeatures());
            if (multiplyCodes(x, y)) {
                return scope.escape(y);
            }
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
            if (multiplyCodes(x, y)) {
                y.matmulInPlace(low, up, 1, 1);
                return scope.escape(y);
            }
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

    /** Each piece is unpacked once for all groups of rows. */
    @Override
    public Tensor multiply(Tensor x, List<Tensor.RowUpdate> updates) {
        if (space.dtype() != computeDtype) {
            return FrozenWeight.super.multiply(x, updates);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = Tensor.empty(x.kernels(), computeDtype, x.size(0), outFeatures());
            forEachPiece((piece, row) -> {
                long columns = piece.size(0);
                List<Tensor.RowUpdate> own = updates.stream()
                        .map(update -> update.columns(row, columns))
                        .toList();
                y.narrow(1, row, columns).adaptedRowsInPlace(x, piece.transposed(), own);
            });
            return scope.escape(y);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient, List<Tensor.RowUpdate> updates) {
        if (space.dtype() != computeDtype || !isOnePiece()) {
            return FrozenWeight.super.multiplyBackward(outputGradient, updates);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor dx = Tensor.empty(outputGradient.kernels(), computeDtype, outputGradient.size(0), inFeatures);
            forEachPiece((piece, row) -> dx.adaptedRowsInPlace(outputGradient, piece, updates));
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
                space.backend().dequantize(packed(matrix), weight.rows(row, matrix.rows()));
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
