// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.TorchProducts.RowUpdate;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.Tier;
import io.tune4j.kernels.cpu.products.Matrix;
import io.tune4j.kernels.cpu.products.MatrixProducts;
import io.tune4j.kernels.cpu.products.PanelKernels;
import io.tune4j.kernels.cpu.products.RowGroup;
import io.tune4j.kernels.cpu.threads.Parallel;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Products by the kernels in C. On a tier without bf16 products, bf16 operands are widened where they are packed. */
final class OwnEngine implements ProductEngine {
    static final String NAME = "own";

    private final MatrixProducts products;

    OwnEngine(Tier tier, Parallel parallel) {
        products = new MatrixProducts(PanelKernels.of(tier), parallel, TorchScratch::new);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.FLOAT32 || dtype == DType.BFLOAT16;
    }

    private static boolean isMatrix(Tensor tensor) {
        int type = tensor.scalar_type().value;
        return tensor.dim() == 2 && (type == ScalarType.Float.value || type == ScalarType.BFloat16.value);
    }

    private static Matrix matrix(Tensor tensor) {
        return new Matrix(
                tensor.data_ptr().address(),
                tensor.size(0),
                tensor.size(1),
                tensor.stride(0),
                tensor.stride(1),
                tensor.scalar_type().value == ScalarType.Float.value ? Elements.FP32 : Elements.BF16);
    }

    private static boolean areMatrices(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            // A tensor without elements has no address.
            if (!isMatrix(tensor) || tensor.numel() == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean takes(Tensor target, Tensor a, Tensor b, double beta) {
        return (beta == 0 || beta == 1)
                && areMatrices(target, a, b)
                && target.scalar_type().value == a.scalar_type().value
                && MatrixProducts.supports(matrix(target), matrix(a), matrix(b));
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        products.multiply(matrix(target), matrix(a), matrix(b), (float) alpha, beta == 1);
    }

    @Override
    public boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        if (!takes(target, a, b, 0)
                || !takes(target, low, up, 0)
                || matrix(a).elements() != matrix(low).elements()) {
            return false;
        }
        products.adapted(matrix(target), matrix(a), matrix(b), matrix(low), matrix(up));
        return true;
    }

    /** Whether {@link #adaptedRows} takes what some rows get added. */
    boolean takesUpdate(Tensor rows, RowUpdate update) {
        return update.low() == null || update.up() == null || takes(rows, update.low(), update.up(), 0);
    }

    /** Only for operands that this takes, of the whole product and of each update. */
    boolean adaptedRows(Tensor target, Tensor a, Tensor b, List<RowUpdate> updates) {
        if (!takes(target, a, b, 0) || target.stride(1) != 1) {
            return false;
        }
        List<RowGroup> groups = updates.stream()
                .map(update -> new RowGroup(
                        update.start(),
                        update.count(),
                        update.low() == null ? null : matrix(update.low()),
                        update.up() == null ? null : matrix(update.up())))
                .toList();
        products.adaptedRows(matrix(target), matrix(a), matrix(b), groups);
        return true;
    }
}
