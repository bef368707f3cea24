// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A hundred thousand values, the most that a range has, in seconds or refused. */
class LargeListsTest {
    private static final long MOST_SECONDS = 20;

    private static String rendered(String template) {
        long start = System.nanoTime();
        try {
            return Template.parse(template, Clock.systemUTC()).render(Map.of()).value();
        } finally {
            long nanos = System.nanoTime() - start;
            assertThat(nanos).as(template).isLessThan(MOST_SECONDS * 1_000_000_000L);
        }
    }

    private static void assertLength(String values, int expected) {
        assertThat(rendered("{{ " + values + "|list|length }}")).isEqualTo(String.valueOf(expected));
    }

    @Test
    void filtersTakeTimeInProportionToTheList() {
        assertLength("range(100000)|unique", 100_000);
        assertLength("range(100000)|map('string')|unique", 100_000);
        assertLength("range(100000)|map('float')|unique", 100_000);
        assertLength("range(100000)|map('string')|unique(case_sensitive=true)", 100_000);
        assertLength("range(100000)|select('odd')", 50_000);
        assertLength("range(100000)|select('greaterthan', 99990)", 9);
        assertLength("range(100000)|select('equalto', 7)", 1);
        assertLength("range(100000)|map('string')|select('equalto', '7')", 1);
        assertLength("range(100000)|select('divisibleby', 7)", 14_286);
        assertLength("range(100000)|reject('in', [1, 2, 3])", 99_997);
        assertLength("range(100000)|sort(reverse=true)", 100_000);
        assertLength("range(100000)|groupby('real')", 100_000);
    }

    @Test
    void aSearchInAListForEachOfManyIsFoundOrRefused() {
        assertThatThrownBy(() ->
                        rendered("{{ range(100000)|map('string')|reject('in', range(100000)|list)|list|length }}"))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("steps");
    }
}
