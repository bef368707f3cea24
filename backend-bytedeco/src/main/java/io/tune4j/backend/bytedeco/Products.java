package io.tune4j.backend.bytedeco;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrix products. With several kernel threads each of them computes its share of the result's rows or columns by an OpenBLAS
 * of one thread, which is faster than OpenBLAS's own threads: they wait for each other at every block.
 */
final class Products {
    /** Multiplications below which another thread costs more than it brings. */
    private static final long LEAST = 2L << 20;

    private final KernelThreads threads;
    private final MachineProducts machine;
    private final boolean inMachineCode;
    private final boolean onCpu;

    /** @param inMachineCode whether kernels in machine code can be called */
    Products(KernelThreads threads, boolean inMachineCode, boolean onCpu) {
        this.threads = threads;
        machine = new MachineProducts(threads);
        this.inMachineCode = inMachineCode;
        this.onCpu = onCpu;
    }

    private boolean inParts(Tensor a, Tensor b) {
        return threads.threads() > 1 && a.dim() == 2 && b.dim() == 2 && a.numel() * b.size(1) >= LEAST;
    }

    /** {@code a x b}: matrices, or batched. */
    Tensor matmul(Tensor a, Tensor b) {
        if (inMachineCode && MachineProducts.knows(a, b)) {
            return machine.matmul(a, b);
        }
        if (!inParts(a, b)) {
            return a.matmul(b);
        }
        Tensor result = a.new_empty(a.size(0), b.size(1));
        each(result, a, b, (target, left, right) -> torch.mm_out(target, left, right));
        return result;
    }

    /** {@code target = beta * target + alpha * a x b} for matrices. */
    void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        if (inMachineCode && (beta == 0 || beta == 1) && MachineProducts.knows(target, a, b)) {
            machine.into(target, a, b, beta == 1, alpha);
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

    /** {@code target = a x b + low x up} in less than two products one after the other; false, and nothing is done, where that cannot be. */
    boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        if (!onCpu) {
            // The small product first: the large one reads its result while it computes, and a GPU need not wait for a
            // pass over it.
            into(target, low, up, 0, 1);
            into(target, a, b, 1, 1);
            return true;
        }
        boolean known = inMachineCode && MachineProducts.knows(target, a, b, low, up);
        if (known) {
            machine.adapted(target, a, b, low, up);
        }
        return known;
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
}
