// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    @Property(tries = 200)
    void byTokensEverySampleIsInOneBatchAndNoneIsTooLarge(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 50) Integer> sizes,
            @ForAll boolean grouped,
            @ForAll boolean shuffle,
            @ForAll long seed) {
        int[] lengths = sizes.stream().mapToInt(Integer::intValue).toArray();
        BatchOrder order = BatchOrder.byLength(lengths, 64, 1, grouped, 1, shuffle, seed);
        for (int epoch = 0; epoch < 2; epoch++) {
            List<int[]> batches = order.epoch(epoch);
            assertThat(batches).hasSize(order.batchesPerEpoch());
            assertThat(batches.stream().flatMapToInt(IntStream::of).sorted())
                    .containsExactlyElementsOf(
                            IntStream.range(0, lengths.length).boxed().toList());
            assertThat(batches).allSatisfy(batch -> assertThat(
                            IntStream.of(batch).map(sample -> lengths[sample]).sum())
                    .isLessThanOrEqualTo(64));
        }
        assertThat(same(order.epoch(1), order.epoch(1))).isTrue();
    }

    private static boolean same(List<int[]> a, List<int[]> b) {
        return Arrays.deepEquals(a.toArray(), b.toArray());
    }

    @Test
    void similarLengthsComeTogetherAndBatchesAreShuffled() {
        int[] lengths = IntStream.range(0, 40).map(i -> (i * 7) % 40 + 1).toArray();
        BatchOrder order = BatchOrder.byLength(lengths, null, 4, true, 2, true, 3);
        assertThat(order.batchesPerEpoch()).isEqualTo(10);
        assertThat(order.epoch(0)).allSatisfy(batch -> {
            int[] own =
                    IntStream.of(batch).map(sample -> lengths[sample]).sorted().toArray();
            assertThat(own[3] - own[0]).isEqualTo(3);
        });
        assertThat(same(order.epoch(0), order.epoch(1))).isFalse();
        assertThat(order.step(order.epoch(0), 4)).hasSize(2);
    }

    @Test
    void bySizeALastBatchThatIsNotFullWaits() {
        BatchOrder order = BatchOrder.ofSize(11, 3, 1, true, 5);
        assertThat(order.batchesPerEpoch()).isEqualTo(3);
        assertThat(order.epoch(0).stream().flatMapToInt(IntStream::of).distinct())
                .hasSize(9);
        assertThat(same(order.epoch(0), order.epoch(1))).isFalse();
        assertThat(same(
                        BatchOrder.ofSize(11, 3, 1, false, 5).epoch(0),
                        List.of(new int[] {0, 1, 2}, new int[] {3, 4, 5}, new int[] {6, 7, 8})))
                .isTrue();
    }

    @Property(tries = 200)
    void mergedBatchesAreNeverLargerThanTheLargestThereIs(
            @ForAll @Size(min = 4, max = 40) List<@IntRange(min = 1, max = 50) Integer> sizes) {
        int[] lengths = sizes.stream().mapToInt(Integer::intValue).toArray();
        BatchOrder order = BatchOrder.ofSize(lengths.length, 2, 2, true, 1);
        long largest = order.largest(lengths);
        List<int[]> batches = order.epoch(0);
        List<List<Integer>> groups = BatchOrder.merged(batches, lengths, largest);
        List<Integer> all = new ArrayList<>();
        for (List<Integer> group : groups) {
            all.addAll(group);
            long tokens = group.stream()
                    .flatMapToInt(batch -> IntStream.of(batches.get(batch)))
                    .mapToLong(sample -> lengths[sample])
                    .sum();
            assertThat(tokens).isLessThanOrEqualTo(largest);
        }
        assertThat(all)
                .containsExactlyElementsOf(
                        IntStream.range(0, batches.size()).boxed().toList());
    }
}
