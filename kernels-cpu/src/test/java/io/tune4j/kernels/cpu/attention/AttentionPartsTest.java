// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.kernels.cpu.AttentionScores;
import io.tune4j.kernels.cpu.attention.AttentionParts.Part;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AttentionPartsTest {
    private static List<Part> divide(int window, int heads, int threads, int... lengths) {
        return new AttentionParts(new AttentionScores(window, 1, 0), heads, 3)
                .divide(SequenceLayout.ofLengths(lengths), threads);
    }

    @Property
    void everyPositionOfEveryHeadIsInOnePart(
            @ForAll @Size(max = 6) List<@IntRange(min = 1, max = 2000) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 4) int heads,
            @ForAll @IntRange(min = 0, max = 500) int window,
            @ForAll @IntRange(min = 1, max = 16) int threads) {
        int[] array = lengths.stream().mapToInt(Integer::intValue).toArray();
        int[][] seen = new int[heads][SequenceLayout.ofLengths(array).rows()];
        for (Part part : divide(window, heads, threads, array)) {
            assertThat(part.positions().from() % AttentionParts.BLOCK).isZero();
            for (int i = part.positions().from(); i < part.positions().to(); i++) {
                seen[part.head()][part.sequence().start() + i]++;
            }
        }
        for (int[] positions : seen) {
            assertThat(positions).matches(all -> Arrays.stream(all).allMatch(count -> count == 1));
        }
    }

    @Example
    void oneThreadDividesNoSequence() {
        assertThat(divide(0, 2, 1, 5000, 10)).hasSize(4).allMatch(Part::isWhole);
    }

    @Example
    void oneLongSequenceKeepsAllThreadsBusy() {
        assertThat(divide(0, 1, 8, 5000)).hasSizeGreaterThanOrEqualTo(8).noneMatch(Part::isWhole);
    }

    @Example
    void aWindowMakesLatePositionsAsCheapAsEarlyOnes() {
        List<Part> parts = divide(100, 1, 4, 96 * 40);
        assertThat(parts).allSatisfy(part -> assertThat(
                        part.positions().to() - part.positions().from())
                .isBetween(5 * 96, 15 * 96));
    }
}
