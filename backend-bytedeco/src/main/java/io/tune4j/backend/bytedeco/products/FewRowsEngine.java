// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.FewRows;
import io.tune4j.kernels.cpu.Rows;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.RowParts;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Products of few rows with a weight that is {@code [columns, inner]} in memory, as generation makes them for each token: the weight is
 * read where it lies, while other engines would pack it, which takes several times as long as the product.
 */
final class FewRowsEngine implements ProductEngine {
    /** With more rows, packing pays. */
    private static final long MOST_ROWS = 8;

    private final Parallel parallel;

    FewRowsEngine(Parallel parallel) {
        this.parallel = parallel;
    }

    @Override
    public String name() {
        return "rows";
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.FLOAT32 || dtype == DType.BFLOAT16;
    }

    @Override
    public boolean takes(Tensor target, Tensor a, Tensor b, double beta) {
        return a.size(0) <= MOST_ROWS
                && (beta == 0 || beta == 1)
                && isKnown(a)
                && a.scalar_type().value == b.scalar_type().value
                && a.scalar_type().value == target.scalar_type().value
                && b.numel() > 0
                && a.numel() > 0
                && a.stride(1) == 1
                && b.stride(0) == 1
                && target.stride(1) == 1;
    }

    private static boolean isKnown(Tensor tensor) {
        int type = tensor.scalar_type().value;
        return type == ScalarType.Float.value || type == ScalarType.BFloat16.value;
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        Elements elements = a.scalar_type().value == ScalarType.Float.value ? Elements.FP32 : Elements.BF16;
        Rows x = rows(a, a.stride(0), elements);
        Rows weight = rows(b, b.stride(1), elements);
        Rows y = rows(target, target.stride(0), elements);
        long count = a.size(0);
        long inner = a.size(1);
        RowParts.each(parallel, b.size(1), inner * elements.bytes(), (start, columns) -> {
            try (TorchScratch scratch = new TorchScratch()) {
                long bytes = FewRows.scratchBytes(elements, count, inner);
                new FewRows(
                                elements,
                                x,
                                count,
                                inner,
                                weight.from(start),
                                columns,
                                y.skip(start * elements.bytes()),
                                (float) alpha,
                                beta == 1,
                                bytes == 0 ? 0 : scratch.take(bytes))
                        .run();
            }
        });
    }

    private static Rows rows(Tensor matrix, long stride, Elements elements) {
        return new Rows(matrix.data_ptr().address(), stride * elements.bytes());
    }
}
