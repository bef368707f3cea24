package io.tune4j.backend.bytedeco;

import io.tune4j.api.tensor.ArrayKernels.ByteSource;
import io.tune4j.api.tensor.DType;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

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

    static void load(Tensor target, ByteSource source, KernelThreads threads) {
        if (target.is_cpu()) {
            inPlace(target, source, threads);
        } else {
            pinned(target, source);
        }
    }

    /** In host memory, where a piece is read to its place. */
    private static void inPlace(Tensor target, ByteSource source, KernelThreads threads) {
        long bytes = target.nbytes();
        threads.each(pieces(bytes), piece -> {
            long offset = (long) piece * PIECE;
            source.read(offset, MandatoryKernels.bytes(target, offset, length(bytes, piece)));
        });
    }

    /**
     * On a GPU, by way of pinned memory, which is read into while pieces before are on their way. They have arrived when this returns: or pinned
     * memory for the next weight would be taken anew while that of this one is still waited for.
     */
    private static void pinned(Tensor target, ByteSource source) {
        long bytes = target.nbytes();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        IntStream.range(0, pieces(bytes)).parallel().forEach(piece -> {
            if (failure.get() != null) {
                return;
            }
            long offset = (long) piece * PIECE;
            int length = length(bytes, piece);
            try (Tensor host = PinnedActivations.pinned(DType.UINT8, length);
                    Tensor place = MandatoryKernels.bytesView(target, offset, length)) {
                source.read(offset, MandatoryKernels.bytes(host, 0, length));
                // The allocator of pinned memory waits with it until the copy is done.
                place.copy_(host, true);
            } catch (RuntimeException | Error e) {
                // Thrown here it would end this call while other pieces are still at work on the target.
                failure.compareAndSet(null, e);
            }
        });
        CudaMemory.synchronize();
        KernelThreads.rethrow(failure.get());
    }
}
