package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.libtorch.TorchProducts;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Matrix products. With several kernel threads each of them computes its share of the result's rows or columns by an OpenBLAS
 * of one thread, which is faster than OpenBLAS's own threads: they wait for each other at every block.
 */
final class CpuProducts implements TorchProducts {
    /** Multiplications below which another thread costs more than it brings. */
    private static final long LEAST = 2L << 20;

    private final TorchParts threads;
    private final boolean widensBf16;
    private final WideProducts wide;

    CpuProducts(TorchParts threads, boolean widensBf16) {
        this.threads = threads;
        this.widensBf16 = widensBf16;
        wide = new WideProducts(this, threads);
    }

    @Override
    public boolean widensBf16() {
        return widensBf16;
    }

    private boolean widens(Tensor operand) {
        return widensBf16 && operand.scalar_type().value == ScalarType.BFloat16.value;
    }

    private boolean inParts(Tensor a, Tensor b) {
        return threads.threads() > 1 && a.dim() == 2 && b.dim() == 2 && a.numel() * b.size(1) >= LEAST;
    }

    @Override
    public Tensor matmul(Tensor a, Tensor b) {
        if (widens(a)) {
            return wide.matmul(a, b);
        }
        if (!inParts(a, b)) {
            return a.matmul(b);
        }
        Tensor result = a.new_empty(a.size(0), b.size(1));
        each(result, a, b, (target, left, right) -> torch.mm_out(target, left, right));
        return result;
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        if (widens(target)) {
            wide.matmulInto(target, a, b, beta, alpha);
            return;
        }
        try (Scalar before = new Scalar(beta);
                Scalar product = new Scalar(alpha)) {
            if (inParts(a, b)) {
                each(target, a, b, (part, left, right) -> part.addmm_(left, right, before, product));
            } else {
                target.addmm_(a, b, before, product);
            }
        }
    }

    @Override
    public boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        return false;
    }

    private interface Part {
        void run(Tensor target, Tensor a, Tensor b);
    }

    /** Along the longer side of the result, so that what every part reads is the smaller operand. */
    private void each(Tensor target, Tensor a, Tensor b, Part part) {
        boolean byRows = target.size(0) >= target.size(1);
        long length = Math.max(target.size(0), target.size(1));
        // One part a thread: more would let a thread that is held up do less, but each packs the operand that all read
        // again.
        long share = (length + threads.threads() - 1) / threads.threads();
        threads.each((int) ((length + share - 1) / share), i -> {
            try (TorchWork work = new TorchWork()) {
                long start = i * share;
                long size = Math.min(share, length - start);
                if (byRows) {
                    part.run(work.narrow(target, 0, start, size), work.narrow(a, 0, start, size), b);
                } else {
                    part.run(work.narrow(target, 1, start, size), a, work.narrow(b, 1, start, size));
                }
            }
        });
    }

    @Override
    public void close() {
        wide.close();
    }
}
