// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code value[start:stop:step]} of texts and lists. */
final class Slices {
    private Slices() {}

    static Object slice(@Nullable Object value, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        long by = bound(step, 1);
        if (by == 0) {
            throw JinjaException.value("slice step cannot be zero");
        }
        if (value instanceof Text text) {
            return text(text, start, stop, by);
        }
        if (value instanceof Sequence list && list.kind() == Sequence.Kind.RANGE) {
            throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "a range cannot be sliced; make a list of it");
        }
        if (value instanceof Sequence list && list.kind().isIndexed()) {
            List<@Nullable Object> items = new ArrayList<>();
            for (int index : indexes(list.size(), start, stop, by)) {
                items.add(list.items().get(index));
            }
            Sequence.Kind kind = list.kind() == Sequence.Kind.TUPLE ? list.kind() : Sequence.Kind.LIST;
            return new Sequence(items, kind, list.mark());
        }
        throw JinjaException.type("'" + Types.name(value) + "' object cannot be sliced");
    }

    private static Text text(Text text, @Nullable Object start, @Nullable Object stop, long by) {
        int[] indexes = indexes(text.length(), start, stop, by);
        if (indexes.length == 0) {
            return Text.EMPTY.asMarkup(text.isMarkup());
        }
        if (by == 1) {
            return text.substring(text.unit(indexes[0]), text.unit(indexes[indexes.length - 1] + 1));
        }
        Text[] characters = text.characters();
        TextBuilder taken = new TextBuilder();
        for (int index : indexes) {
            taken.add(characters[index]);
        }
        return taken.build().asMarkup(text.isMarkup());
    }

    private static int[] indexes(int length, @Nullable Object start, @Nullable Object stop, long by) {
        long first = clamped(bound(start, by > 0 ? 0 : Long.MAX_VALUE), start == null, length, by);
        long end = stop == null ? (by > 0 ? length : -1) : clamped(bound(stop, 0), false, length, by);
        long distance = by > 0 ? end - first : first - end;
        int count = distance <= 0 ? 0 : (int) ((distance - 1) / Math.abs(by) + 1);
        int[] indexes = new int[count];
        for (int i = 0; i < count; i++) {
            indexes[i] = (int) (first + i * by);
        }
        return indexes;
    }

    private static long clamped(long bound, boolean missing, int length, long by) {
        long position = bound < 0 && !missing ? bound + length : bound;
        return by > 0 ? Math.max(0, Math.min(length, position)) : Math.max(-1, Math.min(length - 1, position));
    }

    private static long bound(@Nullable Object value, long otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (!Numbers.isInteger(value)) {
            throw value instanceof Undefined undefined
                    ? undefined.failure()
                    : JinjaException.type("slice indices must be integers or None, not " + Types.name(value));
        }
        long bits = 1L << 40;
        return Numbers.big(value)
                .max(java.math.BigInteger.valueOf(-bits))
                .min(java.math.BigInteger.valueOf(bits))
                .longValue();
    }
}
