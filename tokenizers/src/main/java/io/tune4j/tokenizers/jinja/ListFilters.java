// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters of lists and other values with elements. */
final class ListFilters {
    private ListFilters() {}

    static void addTo(Map<String, Filter> filters) {
        Filters.add(filters, "length", List.of(), (frame, value, given) -> Types.length(value));
        Filters.add(
                filters, "list", List.of(), (frame, value, given) -> Sequence.list(new ArrayList<>(Types.list(value))));
        Filters.add(filters, "first", List.of(), (frame, value, given) -> {
            Iterator<@Nullable Object> items = Types.iterate(value);
            return items.hasNext() ? items.next() : Undefined.of("No first item, sequence was empty.");
        });
        Filters.add(filters, "last", List.of(), (frame, value, given) -> last(value));
        Filters.add(filters, "reverse", List.of(), (frame, value, given) -> reversed(value));
        Filters.add(filters, "join", List.of("d", "attribute"), (frame, value, given) -> join(value, given));
        Filters.add(filters, "items", List.of(), (frame, value, given) -> {
            if (value instanceof Undefined) {
                return new Generator(Collections.emptyIterator());
            }
            if (!(value instanceof Dict dict)) {
                throw JinjaException.type("Can only get item pairs from a mapping.");
            }
            return new Generator(DictMethods.items(dict).items().iterator());
        });
        Filters.add(filters, "sum", List.of("attribute", "start"), (frame, value, given) -> {
            Object sum = given.get(1, "start", 0L);
            if (sum instanceof Text) {
                throw JinjaException.type("sum() can't sum strings [use ''.join(seq) instead]");
            }
            for (Iterator<@Nullable Object> items = Types.iterate(value); items.hasNext(); ) {
                Object item = Attributes.path(items.next(), given.get(0, "attribute", null), null);
                sum = Operators.calculate(frame, "+", sum, item);
            }
            return sum;
        });
        addOrders(filters);
        Filters.add(filters, "batch", List.of("linecount", "fill_with"), (frame, value, given) -> batch(value, given));
        Filters.add(filters, "slice", List.of("slices", "fill_with"), (frame, value, given) -> slice(value, given));
    }

    /** Filters that compare elements. */
    private static void addOrders(Map<String, Filter> filters) {
        Filters.add(
                filters,
                "dictsort",
                List.of("case_sensitive", "by", "reverse"),
                (frame, value, given) -> dictsort(value, given));
        Filters.add(
                filters,
                "sort",
                List.of("reverse", "case_sensitive", "attribute"),
                (frame, value, given) -> Sequence.list(sorted(
                        Types.list(value),
                        multiple(given.get(2, "attribute", null), given.truth(1, "case_sensitive", false)),
                        given.truth(0, "reverse", false))));
        Filters.add(
                filters,
                "unique",
                List.of("case_sensitive", "attribute"),
                (frame, value, given) -> unique(value, given));
        Filters.add(
                filters,
                "min",
                List.of("case_sensitive", "attribute"),
                (frame, value, given) -> extreme(value, given, -1));
        Filters.add(
                filters,
                "max",
                List.of("case_sensitive", "attribute"),
                (frame, value, given) -> extreme(value, given, 1));
        Filters.add(
                filters,
                "groupby",
                List.of("attribute", "default", "case_sensitive"),
                (frame, value, given) -> groups(value, given));
    }

    private static @Nullable Object last(@Nullable Object value) {
        if (value instanceof Generator) {
            throw JinjaException.type("'generator' object is not reversible");
        }
        List<@Nullable Object> items = Types.list(value);
        return items.isEmpty() ? Undefined.of("No last item, sequence was empty.") : items.get(items.size() - 1);
    }

    private static Object reversed(@Nullable Object value) {
        if (value instanceof Text text) {
            return Slices.slice(text, null, null, -1L);
        }
        List<@Nullable Object> items = new ArrayList<>(Types.list(value));
        Collections.reverse(items);
        // Python gives a list where it cannot go backwards, and an iterator elsewhere.
        return value instanceof Generator || value instanceof Undefined
                ? Sequence.list(items)
                : new Generator(items.iterator());
    }

    private static Text join(@Nullable Object value, Arguments given) {
        Text separator = Printing.str(given.get(0, "d", Text.EMPTY));
        TextBuilder joined = new TextBuilder();
        boolean first = true;
        for (Iterator<@Nullable Object> items = Types.iterate(value); items.hasNext(); first = false) {
            Object item = Attributes.path(items.next(), given.get(1, "attribute", null), null);
            joined.add(first ? Text.EMPTY : separator).add(Printing.str(item));
        }
        return joined.build();
    }

    /** Texts in lower case, since Jinja ignores case by default. */
    private static @Nullable Object caseless(@Nullable Object value) {
        return value instanceof Text text ? Cases.lower(text) : value;
    }

    private static UnaryOperator<@Nullable Object> single(
            @Nullable Object attribute, boolean sensitive, @Nullable Object otherwise) {
        return item -> {
            Object part = Attributes.path(item, attribute, otherwise);
            return sensitive ? part : caseless(part);
        };
    }

    /** A key of several attributes, separated by commas. */
    private static UnaryOperator<@Nullable Object> multiple(@Nullable Object attribute, boolean sensitive) {
        List<UnaryOperator<@Nullable Object>> parts = attribute instanceof Text text
                ? java.util.Arrays.stream(text.value().split(",", -1))
                        .map(name -> single(Text.of(name), sensitive, null))
                        .toList()
                : List.of(single(attribute, sensitive, null));
        return item -> {
            List<@Nullable Object> key = new ArrayList<>();
            parts.forEach(part -> key.add(part.apply(item)));
            return Sequence.list(key);
        };
    }

    private static List<@Nullable Object> sorted(
            List<@Nullable Object> items, UnaryOperator<@Nullable Object> key, boolean reverse) {
        record Keyed(@Nullable Object key, @Nullable Object item) {}
        List<Keyed> keyed = new ArrayList<>();
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        List<Keyed> ordered = Sorting.sorted(keyed, (a, b) -> isLess(a.key(), b.key()), reverse);
        List<@Nullable Object> sorted = new ArrayList<>();
        ordered.forEach(each -> sorted.add(each.item()));
        return sorted;
    }

    private static boolean isLess(@Nullable Object a, @Nullable Object b) {
        int compared = Types.compare(a, b, "<");
        return compared != Numbers.UNORDERED && compared < 0;
    }

    private static Object dictsort(@Nullable Object value, Arguments given) {
        if (!(value instanceof Dict dict)) {
            throw Types.wrong(value, "a dictionary");
        }
        String by = Printing.str(given.get(1, "by", Text.of("key"))).value();
        if (!by.equals("key") && !by.equals("value")) {
            throw JinjaException.value("You can only sort by either \"key\" or \"value\"");
        }
        return Sequence.list(sorted(
                DictMethods.items(dict).items(),
                single(by.equals("key") ? 0L : 1L, given.truth(0, "case_sensitive", false), null),
                given.truth(2, "reverse", false)));
    }

    private static Generator unique(@Nullable Object value, Arguments given) {
        UnaryOperator<@Nullable Object> key =
                single(given.get(1, "attribute", null), given.truth(0, "case_sensitive", false), null);
        Dict seen = new Dict();
        List<@Nullable Object> items = new ArrayList<>();
        for (Iterator<@Nullable Object> all = Types.iterate(value); all.hasNext(); ) {
            Object item = all.next();
            Object each = key.apply(item);
            if (!seen.has(each)) {
                seen.put(each, true);
                items.add(item);
            }
        }
        return new Generator(items.iterator());
    }

    private static @Nullable Object extreme(@Nullable Object value, Arguments given, int sign) {
        UnaryOperator<@Nullable Object> key =
                single(given.get(1, "attribute", null), given.truth(0, "case_sensitive", false), null);
        Iterator<@Nullable Object> items = Types.iterate(value);
        if (!items.hasNext()) {
            return Undefined.of("No aggregated item, sequence was empty.");
        }
        Object best = items.next();
        Object bestKey = key.apply(best);
        while (items.hasNext()) {
            Object item = items.next();
            Object itemKey = key.apply(item);
            int order = Types.compare(itemKey, bestKey, sign < 0 ? "<" : ">");
            if (order != Numbers.UNORDERED && Integer.signum(order) == sign) {
                best = item;
                bestKey = itemKey;
            }
        }
        return best;
    }

    private static Generator batch(@Nullable Object value, Arguments given) {
        long count = given.integer(0, "linecount", 0);
        given.need(0, "linecount");
        Object fill = given.get(1, "fill_with", null);
        List<@Nullable Object> rows = new ArrayList<>();
        List<@Nullable Object> row = new ArrayList<>();
        for (Iterator<@Nullable Object> items = Types.iterate(value); items.hasNext(); ) {
            if (row.size() == count) {
                rows.add(Sequence.list(row));
                row = new ArrayList<>();
            }
            row.add(items.next());
        }
        if (!row.isEmpty()) {
            Limits.characters(count);
            while (fill != null && row.size() < count) {
                row.add(fill);
            }
            rows.add(Sequence.list(row));
        }
        return new Generator(rows.iterator());
    }

    private static Generator slice(@Nullable Object value, Arguments given) {
        given.need(0, "slices");
        int slices = (int) Math.min(Integer.MAX_VALUE, given.integer(0, "slices", 0));
        List<@Nullable Object> items = Types.list(value);
        if (slices == 0) {
            throw new JinjaException(JinjaException.Kind.ZERO_DIVISION, "division by zero");
        }
        if (slices > Limits.RANGE) {
            throw JinjaException.limit("more than " + Limits.RANGE + " slices");
        }
        Object fill = given.get(1, "fill_with", null);
        int each = Math.floorDiv(items.size(), slices);
        int larger = Math.floorMod(items.size(), slices);
        List<@Nullable Object> rows = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < slices; i++) {
            int to = from + each + (i < larger ? 1 : 0);
            List<@Nullable Object> row = new ArrayList<>(items.subList(from, to));
            if (fill != null && i >= larger) {
                row.add(fill);
            }
            rows.add(Sequence.list(row));
            from = to;
        }
        return new Generator(rows.iterator());
    }

    private static Object groups(@Nullable Object value, Arguments given) {
        Object attribute = given.need(0, "attribute");
        Object otherwise = given.get(1, "default", null);
        boolean sensitive = given.truth(2, "case_sensitive", false);
        UnaryOperator<@Nullable Object> key = single(attribute, sensitive, otherwise);
        List<@Nullable Object> groups = new ArrayList<>();
        List<@Nullable Object> members = new ArrayList<>();
        Object last = null;
        for (Object item : sorted(Types.list(value), key, false)) {
            Object own = key.apply(item);
            if (!members.isEmpty() && !Types.equal(own, last)) {
                groups.add(group(members, attribute, otherwise));
                members = new ArrayList<>();
            }
            members.add(item);
            last = own;
        }
        if (!members.isEmpty()) {
            groups.add(group(members, attribute, otherwise));
        }
        return Sequence.list(groups);
    }

    private static Sequence group(
            List<@Nullable Object> members, @Nullable Object attribute, @Nullable Object otherwise) {
        Object grouper = Attributes.path(members.get(0), attribute, otherwise);
        return new Sequence(new Filters.Group(grouper, Sequence.list(members)), Sequence.Kind.TUPLE, Mark.TEMPLATE);
    }
}
