// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products of bf16 operands for CPUs without bf16 units, where libtorch's own take ten to a hundred times as long as in fp32: the
 * operands are widened to fp32, and the result is rounded once at the end, as bf16 units do it. What is widened of a large weight at
 * a time is bounded. The memory for it is kept: coming and going between blocks that stay, it would leave holes as large as itself.
 */
final class WideProducts implements AutoCloseable {
    /** Elements of the second operand that exist in fp32 at a time: 64 MiB. */
    private static final long MOST = 16L << 20;

    private final LibtorchEngine products;
    private final TorchParts threads;
    private final Space left = new Space();
    private final Space right = new Space();
    private final Space result = new Space();

    WideProducts(LibtorchEngine products, TorchParts threads) {
        this.products = products;
        this.threads = threads;
    }

    /** Memory for one fp32 matrix, as large as the largest so far. */
    private final class Space implements AutoCloseable {
        private @Nullable Tensor elements;

        /** Contiguous; valid until the next call. */
        Tensor matrix(Tensor like, long rows, long columns, TorchWork work) {
            Tensor known = elements;
            if (known == null || known.numel() < rows * columns) {
                close();
                try (Tensor one = like.new_empty(1)) {
                    known = elements = one.to(ScalarType.Float).resize_(rows * columns);
                }
            }
            return work.keep(work.narrow(known, 0, 0, rows * columns).view(rows, columns));
        }

        /** A matrix in fp32; a transposed view is one that is widened where it lies. */
        Tensor widened(Tensor matrix, TorchWork work) {
            if (matrix.stride(0) == 1 && matrix.size(0) > 1) {
                return work.transpose(widened(work.transpose(matrix, 0, 1), work), 0, 1);
            }
            Tensor wide = matrix(matrix, matrix.size(0), matrix.size(1), work);
            threads.elements(wide, matrix, Tensor::copy_);
            return wide;
        }

        @Override
        public void close() {
            if (elements != null) {
                elements.close();
                elements = null;
            }
        }
    }

    /** {@code a x b} in bf16: {@code [m, k] x [k, n]}, or batched. */
    Tensor matmul(Tensor a, Tensor b) {
        try (TorchWork work = new TorchWork()) {
            if (a.dim() == 2 && b.dim() == 2) {
                Tensor wide = product(a, b, work);
                Tensor rounded = a.new_empty(wide.size(0), wide.size(1));
                threads.elements(rounded, wide, Tensor::copy_);
                return rounded;
            }
            Tensor wideA = work.keep(a.to(ScalarType.Float));
            Tensor wideB = work.keep(b.to(ScalarType.Float));
            return work.keep(wideA.matmul(wideB)).to(ScalarType.BFloat16);
        }
    }

    /** {@code target = beta * target + alpha * a x b} for matrices in bf16. */
    void matmulInto(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        try (TorchWork work = new TorchWork()) {
            Tensor wide = product(a, b, work);
            if (alpha != 1) {
                wide.mul_(work.scalar(alpha));
            }
            Scalar before = work.scalar(beta);
            threads.elements(target, wide, (rows, products) -> {
                if (beta != 0) {
                    // fp32 and bf16 add in fp32.
                    products.add_(rows, before);
                }
                rows.copy_(products);
            });
        }
    }

    /** {@code [m, k] x [k, n]} in fp32, until the next product. */
    private Tensor product(Tensor a, Tensor b, TorchWork work) {
        Tensor wideA = left.widened(a, work);
        long inner = b.size(0);
        long columns = b.size(1);
        Tensor target = result.matrix(a, a.size(0), columns, work);
        if (b.numel() <= MOST) {
            products.into(target, wideA, right.widened(b, work), 0, 1);
            return target;
        }
        boolean byColumns = columns >= inner;
        int dimension = byColumns ? 1 : 0;
        long step = Math.max(1, MOST / (byColumns ? inner : columns));
        for (long start = 0; start < b.size(dimension); start += step) {
            try (TorchWork part = new TorchWork()) {
                long count = Math.min(step, b.size(dimension) - start);
                Tensor wideB = right.widened(part.narrow(b, dimension, start, count), part);
                if (byColumns) {
                    products.into(part.narrow(target, 1, start, count), wideA, wideB, 0, 1);
                } else {
                    products.into(target, part.narrow(wideA, 1, start, count), wideB, start == 0 ? 0 : 1, 1);
                }
            }
        }
        return target;
    }

    @Override
    public void close() {
        left.close();
        right.close();
        result.close();
    }
}
