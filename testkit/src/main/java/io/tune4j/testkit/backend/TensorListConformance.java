// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.AdamWUpdate;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernels over many tensors at once, as of an adapter's parameters: each is treated as it would be alone. */
abstract class TensorListConformance extends BackendTestCase {
    /** Small ones, one without elements, and one that is more than a block of threads takes. */
    private static final long[][] SHAPES = {{1}, {3, 5}, {0, 4}, {70_001}, {128, 257}};

    private List<Tensor> tensors(long seed, DType... dtypes) {
        List<Tensor> tensors = new ArrayList<>();
        for (long[] shape : SHAPES) {
            tensors.add(random(dtypes[tensors.size() % dtypes.length], seed + tensors.size(), shape));
        }
        return tensors;
    }

    private static List<Tensor> copies(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::copy).toList();
    }

    private static void assertAllClose(List<Tensor> actual, List<Tensor> expected, String what) {
        for (int i = 0; i < actual.size(); i++) {
            assertClose(actual.get(i), expected.get(i), tolerance(actual.get(i).dtype()), what + " " + i);
        }
    }

    @Test
    final void sumOfSquaresIsThatOfAllElements() {
        for (DType[] dtypes : new DType[][] {{DType.FLOAT32}, {DType.FLOAT64}, {DType.BFLOAT16, DType.FLOAT32}}) {
            List<Tensor> tensors = tensors(40, dtypes);
            double expected = tensors.stream()
                    .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
                    .map(x -> x * x)
                    .sum();
            Tensor sum = backend().sumOfSquares(tensors);
            assertThat(sum.dtype()).isEqualTo(DType.FLOAT64);
            assertThat(sum.elementCount()).isEqualTo(1);
            assertThat(sum.item() / expected).as(Arrays.toString(dtypes)).isBetween(1 - 1e-5, 1 + 1e-5);
            assertThat(backend().sumOfSquares(tensors).item())
                    .as("a second time")
                    .isEqualTo(sum.item());
        }
    }

    @Test
    final void scalingReachesAllTensors() {
        for (DType[] dtypes : new DType[][] {{DType.FLOAT32}, {DType.FLOAT64}, {DType.BFLOAT16, DType.FLOAT32}}) {
            List<Tensor> tensors = tensors(50, dtypes);
            List<Tensor> byHost = copies(tensors);
            List<Tensor> byDevice = copies(tensors);
            backend().scaleInPlace(byHost, 0.3);
            backend().scaleInPlace(byDevice, Tensor.full(backend(), 0.3, DType.FLOAT64));
            List<Tensor> expected =
                    tensors.stream().map(tensor -> tensor.times(0.3)).toList();
            assertAllClose(byHost, expected, "by a number of the host's");
            assertAllClose(byDevice, expected, "by a number of the device's");
        }
    }

    @Test
    final void adamWOfManyIsThatOfEach() {
        for (DType[] dtypes : new DType[][] {{DType.FLOAT32}, {DType.FLOAT64}, {DType.FLOAT64, DType.FLOAT32}}) {
            List<Tensor> parameters = tensors(60, dtypes);
            List<Tensor> means =
                    tensors(70, dtypes).stream().map(x -> x.times(0)).toList();
            List<Tensor> variances = copies(means);
            List<Tensor> expected = copies(parameters);
            List<Tensor> expectedMeans = copies(means);
            List<Tensor> expectedVariances = copies(means);
            for (int step = 1; step <= 3; step++) {
                List<Tensor> gradients = tensors(80 + step, dtypes);
                List<AdamWUpdate> updates = new ArrayList<>();
                for (int i = 0; i < parameters.size(); i++) {
                    // Two rates in one list, as LoRA+ has.
                    AdamWStep numbers = new AdamWStep(i == 3 ? 1e-1 : 1e-2, 0.9, 0.999, 1e-8, 0.01, step);
                    updates.add(new AdamWUpdate(
                            parameters.get(i), gradients.get(i), means.get(i), variances.get(i), numbers));
                    backend()
                            .adamW(
                                    expected.get(i),
                                    gradients.get(i),
                                    expectedMeans.get(i),
                                    expectedVariances.get(i),
                                    numbers);
                }
                backend().adamW(updates);
            }
            assertAllClose(parameters, expected, "parameter");
            assertAllClose(means, expectedMeans, "mean");
            assertAllClose(variances, expectedVariances, "variance");
        }
    }

    @Test
    final void aListMayBeEmpty() {
        backend().adamW(List.of());
        backend().scaleInPlace(List.of(), 2);
        backend().scaleInPlace(List.of(), Tensor.full(backend(), 2, DType.FLOAT64));
    }
}
