// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Waits before another try. */
class RetryWaitTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static RetryWait after(String... header) {
        Map<String, List<String>> headers = header.length == 1
                ? Map.of("Retry-After", List.of(header[0]))
                : Map.of("Retry-After", List.of(header[0]), "Date", List.of(header[1]));
        return RetryWait.after(2, SECOND, HttpHeaders.of(headers, (name, value) -> true));
    }

    @Test
    void secondsAreHeeded() {
        assertThat(after("7")).isEqualTo(new RetryWait(Duration.ofSeconds(7), "as the server asks"));
        assertThat(after("7").describe()).isEqualTo("trying again in 7 s (as the server asks)");
        assertThat(after("0").length()).isZero();
    }

    @Test
    void aDateIsReadByTheServersClock() {
        assertThat(after("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:39 GMT")
                        .length())
                .isEqualTo(Duration.ofSeconds(20));
        String soon = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(30));
        assertThat(after(soon).length()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void adviceIsCapped() {
        assertThat(after("3600").length()).isEqualTo(Duration.ofMinutes(5));
        assertThat(after("3600").describe())
                .isEqualTo("trying again in 300 s (the server asks for 3600 s, the longest wait is 300 s)");
        assertThat(after("99999999999999999999").length()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void withoutAdviceTheWaitDoubles() {
        assertThat(RetryWait.after(1, SECOND, null)).isEqualTo(new RetryWait(SECOND, ""));
        assertThat(RetryWait.after(3, SECOND, null).length()).isEqualTo(Duration.ofSeconds(4));
        assertThat(RetryWait.after(60, SECOND, null).length()).isEqualTo(Duration.ofSeconds(60));
        assertThat(after("soon").length()).isEqualTo(Duration.ofSeconds(2));
        assertThat(after("Fri, 31 Dec 1999 23:59:59 GMT").length()).isEqualTo(Duration.ofSeconds(2));
    }
}
