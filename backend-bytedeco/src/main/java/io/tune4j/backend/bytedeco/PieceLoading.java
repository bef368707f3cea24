package io.tune4j.backend.bytedeco;

import io.tune4j.api.tensor.ArrayKernels.ByteSource;
import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Fills contiguous tensors piece by piece, several at once: one thread copies a file from the system's cache more slowly than memory takes it. */
final class PieceLoading {
    private static final int PIECE = 8 << 20;

    private PieceLoading() {}

    private static int pieces(long bytes) {
        return Math.toIntExact((bytes + PIECE - 1) / PIECE);
    }

    private static int length(long bytes, int piece) {
        return (int) Math.min(PIECE, bytes - (long) piece * PIECE);
    }

    /** In host memory, where a piece is read to its place. */
    static void inPlace(Tensor target, ByteSource source, KernelThreads threads) {
        long bytes = target.nbytes();
        threads.each(pieces(bytes), piece -> {
            long offset = (long) piece * PIECE;
            source.read(offset, MandatoryKernels.bytes(target, offset, length(bytes, piece)));
        });
    }

    /** On a GPU, by way of pinned memory, which is read into while the piece before is on its way. */
    static void pinned(Tensor target, ByteSource source) {
        long bytes = target.nbytes();
        IntStream.range(0, pieces(bytes)).parallel().forEach(piece -> {
            long offset = (long) piece * PIECE;
            int length = length(bytes, piece);
            try (Tensor host = PinnedActivations.pinned(DType.UINT8, length);
                    Tensor place = MandatoryKernels.bytesView(target, offset, length)) {
                ByteBuffer buffer = MandatoryKernels.bytes(host, 0, length);
                source.read(offset, buffer);
                // The allocator of pinned memory waits with it until the copy is done.
                place.copy_(host, true);
            }
        });
    }
}
