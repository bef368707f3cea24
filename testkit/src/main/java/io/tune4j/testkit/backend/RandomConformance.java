// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.Dropout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Random numbers: their bits, their distribution, and that they depend on nothing but seed, dtype and shape. */
abstract class RandomConformance extends BackendTestCase {
    private static final int COUNT = 100_000;

    private static final Map<Long, double[]> GOLDEN = Map.of(
            42L,
            new double[] {0x1.c3b8ccp-1, 0x1.d47b66p-1, 0x1.880d70p-2, 0x1.eb2a1cp-1, 0x1.8fd1a8p-2, 0x1.33a88ep-1},
            -1L,
            new double[] {0x1.fcd346p-1, 0x1.248244p-1, 0x1.23d818p-1, 0x1.9588e0p-5, 0x1.fc6f68p-1, 0x1.79fc80p-1},
            (1L << 40) + 7,
            new double[] {0x1.11e15ep-1, 0x1.972620p-3, 0x1.518432p-1, 0x1.5053ecp-1, 0x1.dcb218p-3, 0x1.b3434cp-2});
    private static final Map<Long, double[]> WIDE = Map.of(
            42L,
            new double[] {
                0x1.dc66cbea3db30p-5, 0x1.01ae177aca870p-4, 0x1.fa3563ccea238p-4,
                0x1.aebc98cb2c140p-5, 0x1.0d66672221879p-1, 0x1.e83a4332fe9acp-2
            },
            -1L,
            new double[] {
                0x1.e69a31c924122p-1, 0x1.1ec0c900cac47p-1, 0x1.e37b486bcfe40p-1,
                0x1.ca1ad8a8e03f4p-2, 0x1.7b1d948977f20p-1, 0x1.18a7f811f727bp-1
            },
            (1L << 40) + 7,
            new double[] {
                0x1.1e15e7465c988p-2, 0x1.18432a35053ecp-2, 0x1.b9643fa6cd0d3p-1,
                0x1.5039774a13667p-1, 0x1.d855c4ed9ecb9p-1, 0x1.add8e438d0a17p-1
            });
    private static final double[] LATE = {0x1.448d6p-4, 0x1.ea715cp-2, 0x1.f5d642p-1};
    private static final double[] LATE_WIDE = {0x1.e1b591e86ecfcp-3, 0x1.f33c02767e415p-1, 0x1.5fc52498283c3p-1};

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

    /**
     * The bits that PyTorch 2.13 draws, which specifies them: {@code torch.empty(n, dtype=...).uniform_(generator=
     * torch.Generator().manual_seed(seed))}.
     */
    @Test
    final void theBitsAreThoseOfTheSpecification() {
        for (DType dtype : dtypes()) {
            GOLDEN.forEach((seed, values) -> assertThat(
                            Tensor.uniform(backend(), seed, dtype, 6).toDoubles())
                    .as("seed %d in %s", seed, dtype)
                    .isEqualTo(
                            rounded(dtype == DType.FLOAT64 ? Objects.requireNonNull(WIDE.get(seed)) : values, dtype)));
            // The generator fills its state anew after 624 outputs.
            double[] many = Tensor.uniform(backend(), 7, dtype, 10, 100).toDoubles();
            assertThat(new double[] {many[623], many[624], many[999]})
                    .as("late numbers in %s", dtype)
                    .isEqualTo(rounded(dtype == DType.FLOAT64 ? LATE_WIDE : LATE, dtype));
        }
    }

    /** Numbers that a narrow dtype rounds to 1 become 0. */
    @Test
    final void noNumberIsRoundedUpToOne() {
        for (DType dtype : dtypes()) {
            double[] wide = Tensor.uniform(backend(), 7, DType.FLOAT32, COUNT).toDoubles();
            double[] values = Tensor.uniform(backend(), 7, dtype, COUNT).toDoubles();
            if (dtype.byteSize() < Float.BYTES) {
                assertThat(values).isEqualTo(rounded(wide, dtype));
            }
            assertThat(Arrays.stream(values).boxed()).as("%s", dtype).allMatch(value -> value >= 0 && value < 1);
        }
    }

    private double[] rounded(double[] values, DType dtype) {
        if (dtype == DType.FLOAT64) {
            return values;
        }
        double[] rounded = Tensor.ofDoubles(backend(), DType.FLOAT32, values, values.length)
                .cast(dtype)
                .toDoubles();
        return Arrays.stream(rounded).map(value -> value == 1 ? 0 : value).toArray();
    }

    @Test
    final void aMaskOfDropoutIsThatOfTheSpecification() {
        Tensor like = Tensor.zeros(backend(), DType.FLOAT32, 6);
        // Below 0.4 are the third and the fifth number of seed 42.
        assertThat(Dropout.mask(like, 0.4, 42).toFloats())
                .containsExactly(1 / 0.6f, 1 / 0.6f, 0, 1 / 0.6f, 0, 1 / 0.6f);
    }

    @Test
    final void emptyAndScalarShapes() {
        assertThat(Tensor.uniform(backend(), 1, DType.FLOAT32, 0, 4).toDoubles())
                .isEmpty();
        assertThat(Tensor.uniform(backend(), 1, DType.FLOAT32).item()).isBetween(0.0, 1.0);
    }
}
