// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Filters that give numbers, or show them. */
final class NumberFilters {
    private NumberFilters() {}

    static void addTo(Map<String, Filter> filters) {
        Filters.add(filters, "abs", List.of(), (frame, value, given) -> abs(value));
        Filters.add(filters, "int", List.of("default", "base"), (frame, value, given) -> integer(value, given));
        Filters.add(filters, "float", List.of("default"), (frame, value, given) -> {
            Object real = real(value);
            return real == null ? given.get(0, "default", 0.0) : real;
        });
        Filters.add(filters, "round", List.of("precision", "method"), (frame, value, given) -> round(value, given));
        Filters.add(
                filters,
                "filesizeformat",
                List.of("binary"),
                (frame, value, given) -> Text.of(size(value, given.truth(0, "binary", false))));
    }

    private static Object abs(@Nullable Object value) {
        if (value instanceof Double real) {
            return Math.abs(real);
        }
        if (Numbers.isInteger(value)) {
            return Numbers.normal(Numbers.big(value).abs());
        }
        throw Types.wrong(value, "a number");
    }

    private static @Nullable Object integer(@Nullable Object value, Arguments given) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (Numbers.isInteger(value)) {
            return Numbers.normal(Numbers.big(value));
        }
        if (value instanceof Text text) {
            Object whole = Numbers.parse(text.value(), (int) given.integer(1, "base", 10));
            if (whole != null) {
                return whole;
            }
        }
        Object real = real(value);
        if (!(real instanceof Double number) || Double.isNaN(number) || Double.isInfinite(number)) {
            return given.get(0, "default", 0L);
        }
        return Numbers.truncated(number);
    }

    private static @Nullable Object real(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (value instanceof Text text) {
            return Numbers.parseReal(text.value());
        }
        return Types.isNumber(value) ? (Object) Numbers.real(value) : null;
    }

    private static Object round(@Nullable Object value, Arguments given) {
        String method = Printing.str(given.get(1, "method", Text.of("common"))).value();
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw JinjaException.value("method must be common, ceil or floor");
        }
        int digits = (int) Math.max(-1000, Math.min(1000, given.integer(0, "precision", 0)));
        if (!Types.isNumber(value)) {
            throw Types.wrong(value, "a number");
        }
        if (method.equals("common")) {
            return value instanceof Double real ? (Object) Numbers.rounded(real, digits) : whole(value, digits);
        }
        Object power = Numbers.calculate("**", 10L, (long) digits);
        double scaled = Numbers.real(Numbers.calculate("*", Objects.requireNonNull(value), power));
        Object whole = Numbers.truncated(method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled));
        return Numbers.calculate("/", whole, power);
    }

    /** An integer rounded to tens, hundreds and so on. */
    private static Object whole(@Nullable Object value, int digits) {
        if (digits >= 0) {
            return Numbers.normal(Numbers.big(value));
        }
        return Numbers.normal(new java.math.BigDecimal(Numbers.big(value))
                .setScale(digits, java.math.RoundingMode.HALF_EVEN)
                .toBigInteger());
    }

    private static String size(@Nullable Object value, boolean binary) {
        Object real = real(value);
        if (!(real instanceof Double bytes)) {
            throw Types.wrong(value, "a number");
        }
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return bytes.longValue() + " Bytes";
        }
        String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
        double unit = base;
        for (int i = 0; i < prefixes.length(); i++) {
            unit *= base;
            if (bytes < unit || i == prefixes.length() - 1) {
                return String.format(
                        Locale.ROOT, "%.1f %s%s", base * bytes / unit, prefixes.charAt(i), binary ? "iB" : "B");
            }
        }
        throw new AssertionError();
    }
}
