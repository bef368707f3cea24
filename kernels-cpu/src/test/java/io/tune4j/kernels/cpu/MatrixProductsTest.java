// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.kernels.cpu.products.Blocking;
import io.tune4j.kernels.cpu.products.Matrix;
import io.tune4j.kernels.cpu.products.MatrixProducts;
import io.tune4j.kernels.cpu.products.PanelKernels;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class MatrixProductsTest {
    /** Small enough that small matrices have many blocks of every kind. */
    private static final Blocking SMALL = new Blocking(32, 4 << 10, 8 << 10, 1 << 10);

    /** Allowed error of fp32 sums in another order, in units of their rounding error. */
    private static final double SLACK = 16;

    private static Tier tier;

    @BeforeContainer
    static void tier() {
        tier = KernelTier.load().orElse(null);
        Assumptions.assumeTrue(tier != null, "no kernels for this machine");
    }

    /** Which kernels multiply. */
    enum Kernels {
        TIER,
        EMULATED;

        PanelKernels open() {
            return this == TIER ? PanelKernels.of(tier) : new EmulatedPanels();
        }
    }

    private static MatrixProducts products(Kernels kernels, int threads, boolean small) {
        return new MatrixProducts(
                kernels.open(), new TestThreads(threads), GuardedScratch::new, small ? SMALL : Blocking.DEFAULT);
    }

    @Property(tries = 300)
    void equalsThePlainTwin(
            @ForAll Kernels kernels,
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 100) int rows,
            @ForAll @IntRange(min = 1, max = 150) int inner,
            @ForAll @IntRange(min = 1, max = 100) int columns,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll boolean small,
            @ForAll boolean adds,
            @ForAll boolean special,
            @ForAll long seed) {
        Random random = new Random(seed);
        float alpha = new float[] {1, 0.5f, -2, 0}[random.nextInt(4)];
        TestMatrix a = TestMatrix.random(random, rows, inner, elements);
        TestMatrix b = TestMatrix.random(random, inner, columns, elements);
        if (special) {
            a.set(random, Float.NaN);
            a.set(random, Float.POSITIVE_INFINITY);
            b.set(random, Float.NEGATIVE_INFINITY);
            b.set(random, 0);
        }
        // A target that is only written may hold anything.
        Elements result = random.nextBoolean() ? elements : Elements.FP32;
        TestMatrix target = TestMatrix.random(random, rows, columns, result);
        TestMatrix plain = target.copy();
        if (!adds) {
            target.set(random, Float.NaN);
        }
        TestMatrix.plainProduct(plain.matrix(), a.matrix(), b.matrix(), alpha, adds);

        products(kernels, threads, small).multiply(target.matrix(), a.matrix(), b.matrix(), alpha, adds);

        Differences.check(target.memory(), plain.memory(), result, 1 + 2 * Math.sqrt(inner), SLACK);
    }

    @Property(tries = 100)
    void adaptedEqualsOneProductWithALongerInnerSide(
            @ForAll Kernels kernels,
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 60) int rows,
            @ForAll @IntRange(min = 1, max = 150) int inner,
            @ForAll @IntRange(min = 1, max = 60) int columns,
            @ForAll @IntRange(min = 1, max = 40) int rank,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll boolean small,
            @ForAll long seed) {
        Random random = new Random(seed);
        TestMatrix a = TestMatrix.random(random, rows, inner, elements);
        TestMatrix b = TestMatrix.random(random, inner, columns, elements);
        TestMatrix low = TestMatrix.random(random, rows, rank, elements);
        TestMatrix up = TestMatrix.random(random, rank, columns, elements);
        TestMatrix target = TestMatrix.random(random, rows, columns, elements);
        TestMatrix plain = target.copy();
        Matrix left = TestMatrix.joined(a, low).matrix();
        Matrix right =
                TestMatrix.joined(b.transposed(), up.transposed()).transposed().matrix();
        TestMatrix.plainProduct(plain.matrix(), left, right, 1, false);

        products(kernels, threads, small).adapted(target.matrix(), a.matrix(), b.matrix(), low.matrix(), up.matrix());

        Differences.check(target.memory(), plain.memory(), elements, 1 + 2 * Math.sqrt(inner + rank), SLACK);
    }

    /** So few rows that the right operand is not packed. */
    @Property(tries = 100)
    void fewRowsToo(
            @ForAll Kernels kernels,
            @ForAll @IntRange(min = 1, max = 20) int rows,
            @ForAll @IntRange(min = 1, max = 100) int inner,
            @ForAll @IntRange(min = 1, max = 12) int vectors,
            @ForAll @IntRange(min = 1, max = 4) int threads,
            @ForAll boolean adds,
            @ForAll long seed) {
        Random random = new Random(seed);
        int columns = vectors * 16;
        TestMatrix a = TestMatrix.random(random, rows, inner, Elements.FP32);
        TestMatrix b = TestMatrix.random(random, inner, columns, Elements.FP32);
        TestMatrix target = TestMatrix.random(random, rows, columns, Elements.FP32);
        TestMatrix plain = target.copy();
        TestMatrix.plainProduct(plain.matrix(), a.matrix(), b.matrix(), 2, adds);

        products(kernels, threads, true).multiply(target.matrix(), a.matrix(), b.matrix(), 2, adds);

        Differences.check(target.memory(), plain.memory(), Elements.FP32, 2 + 4 * Math.sqrt(inner), SLACK);
    }

    /** With blocks for today's caches, some of every kind. */
    @Property(tries = 8)
    void largeMatricesToo(
            @ForAll Kernels kernels,
            @ForAll Elements elements,
            @ForAll @IntRange(min = 200, max = 400) int rows,
            @ForAll @IntRange(min = 500, max = 1200) int inner,
            @ForAll @IntRange(min = 100, max = 300) int columns,
            @ForAll boolean adds,
            @ForAll long seed) {
        Random random = new Random(seed);
        TestMatrix a = TestMatrix.random(random, rows, inner, elements);
        TestMatrix b = TestMatrix.random(random, inner, columns, elements);
        TestMatrix target = TestMatrix.random(random, rows, columns, elements);
        TestMatrix plain = target.copy();
        TestMatrix.plainProduct(plain.matrix(), a.matrix(), b.matrix(), 1, adds);

        products(kernels, 2, false).multiply(target.matrix(), a.matrix(), b.matrix(), 1, adds);

        Differences.check(target.memory(), plain.memory(), elements, 1 + 2 * Math.sqrt(inner), SLACK);
    }

    @Property(tries = 20)
    void aProductOfNothingIsZero(@ForAll Kernels kernels, @ForAll Elements elements, @ForAll boolean adds) {
        TestMatrix target = TestMatrix.random(new Random(1), 3, 7, elements);
        float before = target.get(1, 1);
        Matrix a = Matrix.dense(target.matrix().address(), 3, 0, elements);
        Matrix b = Matrix.dense(target.matrix().address(), 0, 7, elements);

        products(kernels, 1, false).multiply(target.matrix(), a, b, 1, adds);

        assertThat(target.get(1, 1)).isEqualTo(adds ? before : 0);
        target.memory().check();
    }
}
