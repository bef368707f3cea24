// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Matrix products and indexing against plain Java. */
abstract class MatrixConformance extends BackendTestCase {
    @Test
    final void products() {
        long[][] sizes = {{1, 1, 1}, {3, 4, 5}, {33, 65, 17}, {1, 64, 130}, {130, 1, 2}, {0, 4, 3}, {2, 0, 3}, {2, 3, 0}
        };
        for (DType dtype : dtypes()) {
            for (long[] mkn : sizes) {
                Tensor a = random(dtype, 1, mkn[0], mkn[1]);
                Tensor b = random(dtype, 2, mkn[1], mkn[2]);
                Host expected = Host.of(a).matmul(Host.of(b));
                for (Tensor left : layouts(a)) {
                    for (Tensor right : layouts(b)) {
                        Tensor product = left.matmul(right);
                        assertThat(product.dtype()).isEqualTo(dtype);
                        assertClose(product, expected, tolerance(dtype), "matmul " + dtype + Arrays.toString(mkn));
                    }
                }
            }
        }
    }

    @Test
    final void batchedProducts() {
        for (DType dtype : dtypes()) {
            for (long batch : new long[] {1, 3}) {
                Tensor a = random(dtype, 3, batch, 5, 9);
                Tensor b = random(dtype, 4, batch, 9, 7);
                Host expected = Host.of(a).matmul(Host.of(b));
                for (Tensor left : layouts(a)) {
                    for (Tensor right : layouts(b)) {
                        assertClose(left.matmul(right), expected, tolerance(dtype), "batched matmul " + dtype);
                    }
                }
            }
        }
    }

    @Test
    final void productsIntoViews() {
        double[][] factors = {{0, 1}, {1, 1}, {-0.5, 2}, {1, 0}};
        for (DType dtype : dtypes()) {
            Tensor a = random(dtype, 5, 6, 4);
            Tensor b = random(dtype, 6, 4, 3);
            for (double[] pair : factors) {
                Tensor target = random(dtype, 7, 6, 8);
                Host before = Host.of(target);
                Host product = Host.of(a).matmul(Host.of(b));
                Host expected = before.narrow(1, 2, 3).zip(product, (old, value) -> pair[0] * old + pair[1] * value);
                target.narrow(1, 2, 3).matmulInPlace(a, b, pair[0], pair[1]);
                assertClose(target.narrow(1, 2, 3), expected, 2 * tolerance(dtype), "matmulInto " + dtype);
                assertClose(target.narrow(1, 5, 3), before.narrow(1, 5, 3), 0, "beside the view");
                assertClose(target.narrow(1, 0, 2), before.narrow(1, 0, 2), 0, "beside the view");
            }
        }
    }

    /** As an adapter is added: a product of few columns and rows, into columns of a wider matrix. */
    @Test
    final void productsOfLowRankAreAdded() {
        for (DType dtype : dtypes()) {
            for (long rank : new long[] {1, 8, 11, 16, 17}) {
                for (long width : new long[] {16, 33, 2056}) {
                    Tensor low = random(dtype, 25, 70, rank);
                    Tensor up = random(dtype, 26, rank, width);
                    Host product = Host.of(low).matmul(Host.of(up));
                    for (Tensor left : layouts(low)) {
                        for (Tensor right : layouts(up)) {
                            Tensor wide = random(dtype, 27, 70, width + 8);
                            Host before = Host.of(wide);
                            wide.narrow(1, 8, width).matmulInPlace(left, right, 1, 0.5);
                            Host expected = before.narrow(1, 8, width).zip(product, (old, value) -> old + 0.5 * value);
                            assertClose(
                                    wide.narrow(1, 8, width),
                                    expected,
                                    2 * tolerance(dtype),
                                    "rank " + rank + " into " + width + " columns of " + dtype);
                            assertClose(wide.narrow(1, 0, 8), before.narrow(1, 0, 8), 0, "beside the view");
                        }
                    }
                }
            }
        }
    }

    /** Covers sizes that are divided among threads and sizes that are not. */
    @Test
    final void aWeightAndItsAdapterAreOneProduct() {
        long[][] sizes = {{3, 4, 5, 2}, {64, 70, 40, 8}, {300, 64, 96, 16}, {40, 48, 600, 1}};
        for (DType dtype : dtypes()) {
            for (long[] mknr : sizes) {
                Tensor a = random(dtype, 21, mknr[0], mknr[1]);
                Tensor b = random(dtype, 22, mknr[1], mknr[2]);
                Tensor low = random(dtype, 23, mknr[0], mknr[3]);
                Tensor up = random(dtype, 24, mknr[3], mknr[2]);
                Host adapter = Host.of(low).matmul(Host.of(up));
                Host expected = Host.of(a).matmul(Host.of(b)).zip(adapter, Double::sum);
                // The sum may be rounded between both products; on a GPU one that is much larger than the result was
                // met.
                double allowed = (device().isCpu() ? 3 : 5) * tolerance(dtype);
                for (Tensor left : layouts(a)) {
                    for (Tensor right : layouts(b)) {
                        Tensor wide = Tensor.full(backend(), Double.NaN, dtype, mknr[0], mknr[2] + 3);
                        Tensor target = wide.narrow(1, 2, mknr[2]);
                        target.adaptedMatmulInPlace(left, right, low, up);
                        assertClose(target, expected, allowed, "adaptedMatmul " + dtype + Arrays.toString(mknr));
                        assertThat(wide.narrow(1, 0, 2).toDoubles())
                                .as("beside the view")
                                .containsOnly(Double.NaN);
                        assertThat(wide.narrow(1, mknr[2] + 2, 1).toDoubles())
                                .as("beside the view")
                                .containsOnly(Double.NaN);
                    }
                }
            }
        }
    }

    /** Groups of rows with different adapters, or none, have the bits that each has alone. */
    @Test
    final void rowsOfSeveralAdaptersShareAProduct() {
        long[][] ranks = {{0, 8}, {4, 0, 16}, {1, 100, 3, 400}, {8, 8, 8, 8, 8, 8, 8, 8}};
        long[][] sizes = {{3, 5}, {70, 40}, {700, 96}, {48, 700}};
        for (long[] size : sizes) {
            for (long[] own : ranks) {
                rowsShareAProduct(DType.FLOAT32, size[0], size[1], own);
            }
        }
    }

    private void rowsShareAProduct(DType dtype, long inner, long columns, long[] ranks) {
        Tensor b = random(dtype, 42, columns, inner).transposed();
        long rows = 0;
        List<Tensor.RowUpdate> updates = new ArrayList<>();
        for (int i = 0; i < ranks.length; i++) {
            long count = 9 + 37L * i % 90;
            Tensor low = ranks[i] == 0 ? null : random(dtype, 43 + i, count, ranks[i]);
            Tensor up = ranks[i] == 0 ? null : random(dtype, 63 + i, ranks[i], columns);
            updates.add(new Tensor.RowUpdate(rows, count, low, up));
            rows += count;
        }
        Tensor a = random(dtype, 41, rows, inner);
        Tensor together =
                Tensor.full(backend(), Double.NaN, dtype, rows, columns).adaptedRowsInPlace(a, b, updates);
        for (Tensor.RowUpdate update : updates) {
            Tensor alone = Tensor.full(backend(), Double.NaN, dtype, update.count(), columns);
            Tensor x = a.rows(update.start(), update.count()).copy();
            if (update.low() == null || update.up() == null) {
                alone.matmulInPlace(x, b, 0, 1);
            } else {
                alone.adaptedMatmulInPlace(x, b, update.low(), update.up());
            }
            assertThat(together.rows(update.start(), update.count()).toDoubles())
                    .as(dtype + ", " + inner + " x " + columns + ", ranks " + Arrays.toString(ranks))
                    .isEqualTo(alone.toDoubles());
        }
    }

    @Test
    final void betaZeroForgetsWhatWasThere() {
        Tensor target = Tensor.full(backend(), Double.NaN, DType.FLOAT32, 2, 2);
        Tensor one = Tensor.full(backend(), 1, DType.FLOAT32, 2, 2);
        assertThat(target.matmulInPlace(one, one, 0, 1).toDoubles()).containsOnly(2);
        // Columns of a larger matrix, of a size that is divided among threads.
        for (DType dtype : dtypes()) {
            Tensor wide = Tensor.full(backend(), Double.NaN, dtype, 512, 40);
            Tensor a = Tensor.full(backend(), 1, dtype, 512, 300);
            Tensor b = Tensor.full(backend(), 1, dtype, 300, 32);
            wide.narrow(1, 4, 32).matmulInPlace(a, b, 0, 0.5);
            assertThat(wide.narrow(1, 4, 32).toDoubles()).as("%s", dtype).containsOnly(150);
            assertThat(wide.narrow(1, 0, 4).toDoubles()).as("%s", dtype).containsOnly(Double.NaN);
        }
    }

    @Test
    final void rowsAreGatheredAndAdded() {
        for (DType dtype : dtypes()) {
            Tensor table = random(dtype, 8, 5, 3);
            Host host = Host.of(table);
            long[] order = {4, 0, 4, 2};
            Tensor rows = Tensor.ofLongs(backend(), order);
            double[] expected = new double[12];
            double[] added = host.values().clone();
            Tensor values = random(dtype, 9, 4, 3);
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 3; j++) {
                    expected[i * 3 + j] = host.values()[(int) order[i] * 3 + j];
                    added[(int) order[i] * 3 + j] += Host.of(values).values()[i * 3 + j];
                }
            }
            for (Tensor layout : layouts(table)) {
                assertClose(layout.gatherRows(rows), new Host(expected, 4, 3), 0, "gatherRows " + dtype);
            }
            table.addRowsInPlace(rows, values);
            assertClose(table, new Host(added, 5, 3), 2 * tolerance(dtype), "addRows, one row twice, " + dtype);
            assertThat(table.gatherRows(Tensor.ofLongs(backend())).shape()).containsExactly(0, 3);
            Tensor vector = random(dtype, 10, 6);
            assertThat(vector.gatherRows(rows).shape()).containsExactly(4);
            assertThat(vector.gatherRows(rows).toDoubles()[0]).isEqualTo(vector.toDoubles()[4]);
        }
        Tensor numbers = Tensor.ofLongs(backend(), 10, 11, 12);
        assertThat(numbers.gatherRows(Tensor.ofLongs(backend(), 2, 1)).toDoubles())
                .containsExactly(12, 11);
    }

    @Test
    final void entriesOfRowsArePickedAndAdded() {
        for (DType dtype : dtypes()) {
            Tensor a = random(dtype, 11, 4, 6);
            Host host = Host.of(a);
            long[] at = {5, 0, 3, 3};
            Tensor columns = Tensor.ofLongs(backend(), at);
            double[] expected = new double[4];
            double[] added = host.values().clone();
            for (int i = 0; i < 4; i++) {
                expected[i] = host.values()[i * 6 + (int) at[i]];
                added[i * 6 + (int) at[i]] -= 1;
            }
            for (Tensor layout : layouts(a)) {
                assertClose(layout.pick(columns), new Host(expected, 4), 0, "pick " + dtype);
            }
            assertClose(a.addAtInPlace(columns, -1), new Host(added, 4, 6), tolerance(dtype), "addAt " + dtype);
        }
    }

    @Test
    final void concatenation() {
        for (DType dtype : dtypes()) {
            Tensor a = random(dtype, 12, 2, 3);
            Tensor b = random(dtype, 13, 4, 3);
            Tensor none = Tensor.zeros(backend(), dtype, 0, 3);
            Tensor rows = Tensor.concatenate(0, List.of(a, none, b));
            assertClose(rows.rows(0, 2), Host.of(a), 0, "first part");
            assertClose(rows.rows(2, 4), Host.of(b), 0, "second part");
            assertThat(rows.size(0)).isEqualTo(6);
            Tensor columns = Tensor.concatenate(-1, List.of(a.transposed(), b.transposed()));
            assertClose(columns, Host.of(rows).transpose(0, 1), 0, "columns");
            Tensor single = Tensor.concatenate(0, List.of(a));
            a.fillInPlace(0);
            assertThat(single.sum().item()).as("a single part is copied").isNotZero();
        }
    }
}
