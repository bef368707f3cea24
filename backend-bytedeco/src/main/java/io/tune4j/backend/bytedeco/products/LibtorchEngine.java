// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Products by libtorch: oneDNN for bf16, and for fp32 oneDNN or OpenBLAS. Each kernel thread computes its share of the result's rows or
 * columns with a library of one thread, which is faster than OpenBLAS's own threads: those wait for each other at every block.
 */
final class LibtorchEngine implements ProductEngine {
    static final String NAME = "libtorch";

    /** Multiplications below which another thread costs more than it brings. */
    private static final long LEAST = 2L << 20;

    private final TorchParts threads;
    private final boolean widensBf16;
    private final WideProducts wide;

    /** @param widensBf16 whether bf16 operands are multiplied in fp32, because the processor has no units for them */
    LibtorchEngine(TorchParts threads, boolean widensBf16) {
        this.threads = threads;
        this.widensBf16 = widensBf16;
        wide = new WideProducts(this, threads);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return true;
    }

    @Override
    public boolean takes(Tensor target, Tensor a, Tensor b, double beta) {
        return true;
    }

    private boolean widens(Tensor operand) {
        return widensBf16 && operand.scalar_type().value == ScalarType.BFloat16.value;
    }

    private boolean inParts(Tensor a, Tensor b) {
        return threads.threads() > 1 && a.dim() == 2 && b.dim() == 2 && a.numel() * b.size(1) >= LEAST;
    }

    /** {@code a x b}, batched or not. */
    Tensor batched(Tensor a, Tensor b) {
        return widens(a) ? wide.matmul(a, b) : a.matmul(b);
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

    private interface Part {
        void run(Tensor target, Tensor a, Tensor b);
    }

    /** Along the longer side of the result, so that what every part reads is the smaller operand. */
    private void each(Tensor target, Tensor a, Tensor b, Part part) {
        boolean byRows = target.size(0) >= target.size(1);
        long length = Math.max(target.size(0), target.size(1));
        // One part for each thread: with more, a thread that is held up would do less, but each packs the operand that
        // all read again.
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
