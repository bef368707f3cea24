// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before another try.
 *
 * @param length of the wait
 * @param why the reason, for messages; empty if the server requested no wait
 */
record RetryWait(Duration length, String why) {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** A server that asks for more is asked again too early, rather than a user kept waiting for hours. */
    private static final Duration LONGEST_ADVISED = Duration.ofMinutes(5);

    /**
     * The server's advice or, without any, a wait that doubles with each try.
     *
     * @param tries so far
     * @param first wait
     * @param answer the headers of the server's answer, or null if none came
     */
    static RetryWait after(int tries, Duration first, @Nullable HttpHeaders answer) {
        Duration advised = answer == null ? null : advised(answer, Instant.now());
        if (advised != null && advised.compareTo(LONGEST_ADVISED) > 0) {
            return new RetryWait(
                    LONGEST_ADVISED, "the server asks for " + advised.toSeconds() + " s, the longest wait is 300 s");
        }
        if (advised != null) {
            return new RetryWait(advised, "as the server asks");
        }
        Duration own = first.multipliedBy(1L << Math.min(tries - 1, 10));
        return new RetryWait(own.compareTo(LONGEST) > 0 ? LONGEST : own, "");
    }

    /** The wait of {@code Retry-After}, given in seconds or as a date; null without the header, or for a time in the past. */
    private static @Nullable Duration advised(HttpHeaders answer, Instant now) {
        String text = answer.firstValue("Retry-After").orElse("").strip();
        if (text.matches("\\d+")) {
            return Duration.ofSeconds(text.length() > 9 ? 999_999_999 : Long.parseLong(text));
        }
        Instant then = date(text);
        if (then == null) {
            return null;
        }
        // By the server's own clock if it tells it: ours may be wrong.
        Instant sent = date(answer.firstValue("Date").orElse(""));
        Duration wait = Duration.between(sent == null ? now : sent, then);
        return wait.isNegative() ? null : wait;
    }

    private static @Nullable Instant date(String text) {
        try {
            return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Describes the wait, to follow the description of an error. */
    String describe() {
        String time = length.toMillis() < 1000 ? length.toMillis() + " ms" : length.toSeconds() + " s";
        return "trying again in " + time + (why.isEmpty() ? "" : " (" + why + ")");
    }
}
