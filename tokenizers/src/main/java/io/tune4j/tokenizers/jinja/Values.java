// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns JSON values into the values of templates. */
public final class Values {
    private Values() {}

    /**
     * Turns texts, numbers, booleans, null, lists and maps into values.
     *
     * @param origin of the characters, see {@link Mark#origin}; null for the template's own
     * @throws JinjaException if the value is nested too deeply
     */
    public static @Nullable Object of(@Nullable Object value, @Nullable Object origin) {
        return of(value, Mark.of(origin), 0);
    }

    private static @Nullable Object of(@Nullable Object value, Mark mark, int depth) {
        if (depth > Limits.DEPTH) {
            throw JinjaException.limit("a value nested more than " + Limits.DEPTH + " deep");
        }
        if (value instanceof Map<?, ?> map) {
            Dict dict = new Dict(null, mark);
            map.forEach((key, inner) -> dict.put(String.valueOf(key), of(inner, mark, depth + 1)));
            return dict;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> items = new ArrayList<>(list.size());
            list.forEach(inner -> items.add(of(inner, mark, depth + 1)));
            return new Sequence(items, Sequence.Kind.LIST, mark);
        }
        if (value instanceof CharSequence text) {
            return new Text(text.toString(), mark);
        }
        return value instanceof Number number ? number(number) : value;
    }

    private static Object number(Number number) {
        if (number instanceof BigInteger big) {
            return Numbers.normal(big);
        }
        if (number instanceof BigDecimal || number instanceof Double || number instanceof Float) {
            return number.doubleValue();
        }
        return number.longValue();
    }

    /**
     * A dictionary whose loops own what they write, see {@link Mark#owner}.
     *
     * @param tag names it
     * @param entries values that {@link #of} made, by key
     */
    public static Dict tagged(Object tag, Map<String, ? extends @Nullable Object> entries) {
        Dict dict = new Dict(tag, Mark.TEMPLATE);
        entries.forEach((key, value) -> dict.put(Text.of(key), value));
        return dict;
    }

    /** A list of values. */
    public static Object list(List<? extends @Nullable Object> items) {
        return Sequence.list(new ArrayList<>(items));
    }
}
