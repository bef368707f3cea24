// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.recipes.distributed.MicroBatchTree.Node;
import io.tune4j.recipes.options.GradientSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MicroBatchTreeTest {
    /** Sums of fp32 numbers of very different sizes show any change of order in their bits. */
    @Property
    void theSumHasTheSameBitsForAnyDivision(
            @ForAll @IntRange(min = 1, max = 40) int count,
            @ForAll @IntRange(min = 1, max = 9) int wanted,
            @ForAll long seed) {
        int workers = Math.min(count, wanted);
        Random random = new Random(seed);
        float[] values = new float[count];
        long[] tokens = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8)));
            tokens[i] = 1 + random.nextInt(1000);
        }
        MicroBatchTree tree = new MicroBatchTree(count);
        float alone = MicroBatchTree.<Float>sum(tree.within(0, count).get(0), leaf -> values[leaf], Float::sum);

        Shares shares = Shares.of(tokens, workers);
        List<Node> nodes = new ArrayList<>();
        List<Float> sums = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            assertThat(shares.to(worker)).isGreaterThan(shares.from(worker));
            for (Node node : tree.within(shares.from(worker), shares.to(worker))) {
                nodes.add(node);
                sums.add(MicroBatchTree.<Float>sum(node, leaf -> values[leaf], Float::sum));
            }
        }
        assertThat(shares.to(workers - 1)).isEqualTo(count);
        assertThat(tree.join(nodes, sums, Float::sum)).isEqualTo(alone);
    }

    @Property
    void theLargestShareIsAsSmallAsItCanBe(@ForAll @IntRange(min = 2, max = 9) int count, @ForAll long seed) {
        Random random = new Random(seed);
        long[] tokens = new long[count];
        Arrays.setAll(tokens, i -> 1 + random.nextInt(100));
        Shares shares = Shares.of(tokens, 2);
        long best = Long.MAX_VALUE;
        for (int cut = 1; cut < count; cut++) {
            best = Math.min(best, Math.max(sum(tokens, 0, cut), sum(tokens, cut, count)));
        }
        assertThat(Math.max(sum(tokens, 0, shares.to(0)), sum(tokens, shares.from(1), count)))
                .isEqualTo(best);
    }

    private static long sum(long[] tokens, int from, int to) {
        return Arrays.stream(tokens, from, to).sum();
    }

    @Test
    void anEvenDivisionSendsOneSumForEachWorker() {
        MicroBatchTree tree = new MicroBatchTree(8);
        assertThat(tree.within(0, 2)).hasSize(1);
        assertThat(tree.within(4, 8)).hasSize(1);
        assertThat(tree.within(1, 7)).hasSize(4);
    }

    @Property
    void theMostSumsThatAreHeldAreCounted(
            @ForAll @IntRange(min = 1, max = 40) int count, @ForAll @IntRange(min = 0, max = 39) int skipped) {
        MicroBatchTree tree = new MicroBatchTree(count);
        List<Node> own = tree.within(Math.min(skipped, count - 1), count);
        int[] held = new int[2];
        for (Node node : own) {
            MicroBatchTree.<Boolean>sum(
                    node,
                    leaf -> {
                        held[1] = Math.max(held[1], held[0]);
                        held[0]++;
                        return true;
                    },
                    (sum, addend) -> {
                        held[0]--;
                        return true;
                    });
        }
        assertThat(MicroBatchTree.mostHeld(own)).isEqualTo(held[1]);
        assertThat(held[0]).isEqualTo(own.size());
    }

    @Test
    void sumsOfAForecastAreThoseOfTheWorkerWithTheMost() {
        // Alone: two sums wait for the last micro-batch, whose gradients are moved into a third vector.
        assertThat(Workers.sums(1, 4)).isEqualTo(new GradientSums(2, 4));
        // One sum each, of which the halves are exchanged.
        assertThat(Workers.sums(2, 2)).isEqualTo(new GradientSums(0, 2));
        assertThat(Workers.sums(4, 16)).isEqualTo(new GradientSums(2, 4));
        // The tree of six halves to threes, and three workers have two each: one of them has leaves of both halves.
        assertThat(Workers.sums(3, 6).exchanging()).isGreaterThan(4 / 3.0 + 1);
    }

    @Test
    void tokensAreDividedAndNotSamples() {
        assertThat(Shares.of(new long[] {900, 100, 100, 100, 100, 100, 100, 100}, 2)
                        .bounds())
                .containsExactly(0, 1, 8);
    }
}
