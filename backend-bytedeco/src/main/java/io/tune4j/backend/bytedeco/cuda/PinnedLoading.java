// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.tensor.ArrayKernels.ByteSource;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.Torch;
import io.tune4j.kernels.cpu.threads.KernelThreads;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Fills a contiguous tensor on a GPU by way of pinned memory, which is read into while pieces before are on their way. */
final class PinnedLoading {
    private static final int PIECE = 8 << 20;

    private PinnedLoading() {}

    /**
     * All pieces have arrived when this returns: otherwise pinned memory for the next weight would be allocated while that of this one is
     * still in use.
     */
    static void load(Tensor target, ByteSource source) {
        long bytes = target.nbytes();
        int pieces = Math.toIntExact((bytes + PIECE - 1) / PIECE);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        IntStream.range(0, pieces).parallel().forEach(piece -> {
            if (failure.get() != null) {
                return;
            }
            long offset = (long) piece * PIECE;
            int length = (int) Math.min(PIECE, bytes - offset);
            try (Tensor host = PinnedActivations.pinned(DType.UINT8, length);
                    Tensor place = Torch.bytesView(target, offset, length)) {
                source.read(offset, Torch.bytes(host, 0, length));
                // The allocator of pinned memory waits with it until the copy is done.
                place.copy_(host, true);
            } catch (RuntimeException | Error e) {
                // Thrown here it would end this call while other pieces still write to the target.
                failure.compareAndSet(null, e);
            }
        });
        CudaMemory.synchronize();
        KernelThreads.rethrow(failure.get());
    }
}
