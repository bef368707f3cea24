// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.libtorch.Torch.address;
import static io.tune4j.backend.bytedeco.libtorch.Torch.fits;

import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.AdamWUpdate;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Kernels that save a GPU launches: over lists of fp32 tensors, such as an adapter's hundreds of parameters, and over the scales of a
 * weight. A table on the GPU says where a list's tensors lie; each block of threads takes one row of it.
 */
public final class ListKernels implements KernelSet {
    /** Elements of a row of the table: few enough for rows to keep all of a GPU busy. */
    private static final int PART = 16 << 10;

    /** Columns of {@code Part} in {@code kernels.cu}: a count and four addresses. */
    private static final int COLUMNS = 5;

    private final KernelLauncher launcher;

    /** @param launcher stays the caller's */
    public ListKernels(KernelLauncher launcher) {
        this.launcher = launcher;
    }

    private static boolean takesOne(Tensor tensor, long... shape) {
        return fits(tensor, DType.FLOAT32, shape);
    }

    /** Whether there are any, and all are what the kernels take them for. */
    private static boolean takes(List<Tensor> tensors) {
        return !tensors.isEmpty() && tensors.stream().allMatch(tensor -> takesOne(tensor, tensor.shape()));
    }

    private static boolean takesUpdates(List<AdamWUpdate> updates) {
        return !updates.isEmpty()
                && updates.stream().allMatch(update -> operands(update)
                        .allMatch(
                                operand -> takesOne(operand, update.parameter().shape())));
    }

    private static Stream<Tensor> operands(AdamWUpdate update) {
        return Stream.of(update.parameter(), update.gradient(), update.mean(), update.variance());
    }

    /**
     * A table on the device.
     *
     * @param lists a tensor each, with up to three more of its shape
     */
    private static Tensor table(List<List<Tensor>> lists) {
        List<long[]> rows = new ArrayList<>();
        for (List<Tensor> tensors : lists) {
            long count = tensors.get(0).elementCount();
            for (long first = 0; first < count; first += PART) {
                long[] row = new long[COLUMNS];
                row[0] = Math.min(PART, count - first);
                for (int i = 0; i < tensors.size(); i++) {
                    row[i + 1] = address(tensors.get(i)) + first * Float.BYTES;
                }
                rows.add(row);
            }
        }
        return Tensor.ofLongs(
                lists.get(0).get(0).kernels(),
                rows.stream().flatMapToLong(Arrays::stream).toArray());
    }

    private static Tensor tableOf(List<Tensor> tensors) {
        return table(tensors.stream().map(List::of).toList());
    }

    private static long rows(Tensor table) {
        return table.elementCount() / COLUMNS;
    }

    private void launch(String kernel, Tensor table, long... arguments) {
        launcher.launch(kernel, rows(table), KernelLauncher.THREADS, arguments);
    }

    @Override
    public boolean adamW(List<AdamWUpdate> updates) {
        if (!takesUpdates(updates)) {
            return false;
        }
        Map<AdamWStep, List<List<Tensor>>> byNumbers = new LinkedHashMap<>();
        for (AdamWUpdate update : updates) {
            byNumbers
                    .computeIfAbsent(update.step(), step -> new ArrayList<>())
                    .add(operands(update).toList());
        }
        byNumbers.forEach((step, lists) -> {
            try (Tensor table = table(lists)) {
                launch("adamw_parts", table, CudaKernels.withNumbers(step, address(table)));
            }
        });
        return true;
    }

    /** Sums of parts in fp32, of these in fp64. */
    @Override
    public Optional<Tensor> sumOfSquares(List<Tensor> tensors) {
        if (!takes(tensors)) {
            return Optional.empty();
        }
        try (TensorScope scope = TensorScope.open();
                Tensor table = tableOf(tensors)) {
            Tensor sums = Tensor.empty(table.kernels(), DType.FLOAT32, rows(table));
            launch("squares_of_parts", table, address(table), address(sums));
            return Optional.of(scope.escape(sums.cast(DType.FLOAT64).sum()));
        }
    }

    @Override
    public boolean scaleInPlace(List<Tensor> tensors, double factor) {
        return takes(tensors) && scale(tensors, CudaKernels.bits(factor), 0);
    }

    /** @param factor fp64, on the device */
    @Override
    public boolean scaleInPlace(List<Tensor> tensors, Tensor factor) {
        return takes(tensors) && scale(tensors, 0, address(factor));
    }

    private boolean scale(List<Tensor> tensors, long bits, long onDevice) {
        try (Tensor table = tableOf(tensors)) {
            launch("scale_parts", table, address(table), bits, onDevice);
        }
        return true;
    }

    private static boolean takesScales(Tensor codes, Tensor factors, Tensor mean) {
        DType dtype = factors.dtype();
        return (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16)
                && codes.rank() == 2
                && codes.elementCount() <= Integer.MAX_VALUE
                && fits(codes, DType.UINT8, codes.shape())
                && fits(factors, dtype, codes.size(0), 1)
                && fits(mean, dtype, 1);
    }

    @Override
    public Optional<Tensor> dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        if (!takesScales(codes, factors, mean)) {
            return Optional.empty();
        }
        long count = codes.elementCount();
        Tensor scales = Tensor.empty(codes.kernels(), factors.dtype(), count);
        launcher.launchForEach(
                "unpack_scales_" + factors.dtype().configName(),
                count,
                address(codes),
                address(factors),
                address(mean),
                count,
                codes.size(1),
                address(scales));
        return Optional.of(scales);
    }
}
