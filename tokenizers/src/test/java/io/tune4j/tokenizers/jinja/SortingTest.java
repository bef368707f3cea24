// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Orders that a NaN contradicts, against what Python's {@code sorted} makes of them, and large lists. */
class SortingTest {
    private static final double NAN = Double.NaN;

    private static List<Double> sorted(List<Double> numbers, boolean reverse) {
        return Sorting.sorted(numbers, (a, b) -> a < b, reverse);
    }

    private static String rendered(String template) {
        return Template.parse(template, Clock.systemUTC()).render(Map.of()).value();
    }

    @Test
    void aNanEndsUpWhereItDoesInPython() {
        assertThat(sorted(List.of(3.0, NAN, 1.0, 2.0, NAN, 0.0), false)).containsExactly(3.0, NAN, 1.0, 2.0, NAN, 0.0);
        assertThat(sorted(List.of(3.0, NAN, 1.0, 2.0, NAN, 0.0), true)).containsExactly(3.0, NAN, 2.0, 1.0, NAN, 0.0);
        assertThat(sorted(List.of(NAN, 2.0, 1.0), false)).containsExactly(NAN, 1.0, 2.0);
        assertThat(sorted(List.of(2.0, 1.0, NAN, 0.0, 5.0, 4.0), false)).containsExactly(0.0, 1.0, 2.0, NAN, 4.0, 5.0);
        assertThat(sorted(List.of(2.0, 1.0, NAN, 0.0, 5.0, 4.0), true)).containsExactly(NAN, 5.0, 4.0, 2.0, 1.0, 0.0);
        assertThat(rendered("{% set n = 1e308 * 10 - 1e308 * 10 %}{{ [2, 1, n, 0, 5, 4]|sort|join(' ') }}"))
                .isEqualTo("0 1 2 nan 4 5");
    }

    @Property(tries = 200)
    void anyNumbersAreSorted(@ForAll long seed, @ForAll @IntRange(max = 3000) int size, @ForAll boolean reverse) {
        Random random = new Random(seed);
        List<Double> numbers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            numbers.add((double) random.nextInt(50));
        }
        List<Double> expected = new ArrayList<>(numbers);
        expected.sort(reverse ? Collections.reverseOrder() : null);
        assertThat(sorted(numbers, reverse)).isEqualTo(expected);
        for (int i = 0; i < size; i += 1 + random.nextInt(9)) {
            numbers.set(i, NAN);
        }
        assertThat(sorted(numbers, reverse)).containsExactlyInAnyOrderElementsOf(numbers);
    }

    @Property(tries = 200)
    void equalElementsKeepTheirOrder(
            @ForAll long seed, @ForAll @IntRange(max = 300) int size, @ForAll boolean reverse) {
        Random random = new Random(seed);
        List<int[]> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(new int[] {random.nextInt(5), i});
        }
        List<int[]> sorted = Sorting.sorted(items, (a, b) -> a[0] < b[0], reverse);
        for (int i = 1; i < size; i++) {
            int[] before = sorted.get(i - 1);
            int[] after = sorted.get(i);
            assertThat(reverse ? before[0] >= after[0] : before[0] <= after[0]).isTrue();
            assertThat(before[0] != after[0] || before[1] < after[1]).isTrue();
        }
    }
}
