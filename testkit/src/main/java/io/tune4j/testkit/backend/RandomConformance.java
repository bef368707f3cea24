// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Random numbers: their distribution, and that they depend on nothing but seed, dtype and shape. */
abstract class RandomConformance extends BackendTestCase {
    private static final int COUNT = 100_000;

    @Test
    final void uniformNumbersFillTheUnitInterval() {
        for (DType dtype : dtypes()) {
            double[] values = Tensor.uniform(backend(), 7, dtype, COUNT).toDoubles();
            double mean = Arrays.stream(values).average().orElseThrow();
            double variance =
                    Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / COUNT;
            // 8-bit mantissas put the numbers on a coarse grid, whose mean may lie half a step aside.
            double grid = dtype == DType.BFLOAT16 ? 2e-3 : dtype == DType.FLOAT16 ? 3e-4 : 0;
            // Six standard errors of the mean of uniform numbers: 6 * sqrt(1/12) / sqrt(100000).
            assertThat(mean).as("mean, " + dtype).isBetween(0.5 - 0.0055 - grid, 0.5 + 0.0055 + grid);
            assertThat(variance).as("variance, " + dtype).isBetween(1 / 12.0 - 0.002, 1 / 12.0 + 0.002);
            assertThat(Arrays.stream(values).min().orElseThrow()).as(dtype + "").isBetween(0.0, 0.01);
            assertThat(Arrays.stream(values).max().orElseThrow())
                    .as(dtype + "")
                    .isLessThan(1)
                    .isGreaterThan(0.98);
            int[] bins = new int[10];
            for (double value : values) {
                bins[(int) (value * 10)]++;
            }
            for (int bin : bins) {
                // Six standard deviations of a binomial count, and what the grid puts on one side.
                assertThat(bin).as("tenth, " + dtype).isBetween((int) (9400 - 3e5 * grid), (int) (10600 + 3e5 * grid));
            }
        }
    }

    @Test
    final void neighbouringNumbersAndSeedsAreUncorrelated() {
        double[] a = Tensor.uniform(backend(), 1, DType.FLOAT32, COUNT).toDoubles();
        double[] b = Tensor.uniform(backend(), 2, DType.FLOAT32, COUNT).toDoubles();
        double lag = 0;
        double seeds = 0;
        for (int i = 0; i + 1 < COUNT; i++) {
            lag += (a[i] - 0.5) * (a[i + 1] - 0.5);
            seeds += (a[i] - 0.5) * (b[i] - 0.5);
        }
        assertThat(Math.abs(lag) * 12 / COUNT).isLessThan(0.02);
        assertThat(Math.abs(seeds) * 12 / COUNT).isLessThan(0.02);
    }

    @Test
    final void theSameSeedGivesTheSameNumbersWhateverCameBefore() {
        for (DType dtype : dtypes()) {
            double[] first = Tensor.uniform(backend(), -5, dtype, 333, 7).toDoubles();
            Tensor.uniform(backend(), 6, dtype, 1000);
            assertThat(Tensor.uniform(backend(), -5, dtype, 333, 7).toDoubles()).isEqualTo(first);
            assertThat(Tensor.uniform(backend(), -4, dtype, 333, 7).toDoubles()).isNotEqualTo(first);
        }
    }

    @Test
    final void theNumberOfThreadsDoesNotMatter() {
        double[] expected = Tensor.uniform(backend(), 9, DType.FLOAT32, COUNT).toDoubles();
        try (Backend one = open(1);
                Tensor again = Tensor.uniform(one, 9, DType.FLOAT32, COUNT)) {
            assertThat(again.toDoubles()).isEqualTo(expected);
        }
    }

    @Test
    final void emptyAndScalarShapes() {
        assertThat(Tensor.uniform(backend(), 1, DType.FLOAT32, 0, 4).toDoubles())
                .isEmpty();
        assertThat(Tensor.uniform(backend(), 1, DType.FLOAT32).item()).isBetween(0.0, 1.0);
    }
}
