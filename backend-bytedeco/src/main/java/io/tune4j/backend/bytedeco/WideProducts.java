package io.tune4j.backend.bytedeco;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Matrix products of bf16 operands for CPUs without bf16 units, where libtorch's own take ten to a hundred times as long as in fp32: the
 * operands are widened to fp32, and the result is rounded once at the end, as bf16 units do it. What is widened of a large weight at
 * a time is bounded.
 */
final class WideProducts {
    /** Elements of the second operand that exist in fp32 at a time: 64 MiB. */
    private static final long MOST = 16L << 20;

    private final Products products;

    WideProducts(Products products) {
        this.products = products;
    }

    /** {@code a x b} in bf16: {@code [m, k] x [k, n]}, or batched. */
    Tensor matmul(Tensor a, Tensor b) {
        try (TorchWork work = new TorchWork()) {
            Tensor wide = a.dim() == 2 && b.dim() == 2
                    ? product(a, b, work)
                    : work.keep(widened(a, work).matmul(widened(b, work)));
            return wide.to(ScalarType.BFloat16);
        }
    }

    /** {@code target = beta * target + alpha * a x b} for matrices in bf16. */
    void matmulInto(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        try (TorchWork work = new TorchWork()) {
            Tensor wide = product(a, b, work);
            if (alpha != 1) {
                wide.mul_(work.scalar(alpha));
            }
            if (beta != 0) {
                // fp32 and bf16 add in fp32.
                wide.add_(target, work.scalar(beta));
            }
            target.copy_(wide);
        }
    }

    /** {@code [m, k] x [k, n]} in fp32. */
    private Tensor product(Tensor a, Tensor b, TorchWork work) {
        Tensor left = widened(a, work);
        if (b.numel() <= MOST) {
            return work.keep(products.matmul(left, widened(b, work)));
        }
        long inner = b.size(0);
        long columns = b.size(1);
        Tensor result = work.keep(left.new_empty(a.size(0), columns));
        boolean byColumns = columns >= inner;
        int dimension = byColumns ? 1 : 0;
        long step = Math.max(1, MOST / (byColumns ? inner : columns));
        for (long start = 0; start < b.size(dimension); start += step) {
            try (TorchWork part = new TorchWork()) {
                long count = Math.min(step, b.size(dimension) - start);
                Tensor right = widened(part.narrow(b, dimension, start, count), part);
                if (byColumns) {
                    products.into(part.narrow(result, 1, start, count), left, right, 0, 1);
                } else {
                    products.into(result, part.narrow(left, 1, start, count), right, start == 0 ? 0 : 1, 1);
                }
            }
        }
        return result;
    }

    /** Keeps the strides: a transposed view is one that is widened where it lies. */
    private static Tensor widened(Tensor tensor, TorchWork work) {
        return work.keep(tensor.to(ScalarType.Float));
    }
}
