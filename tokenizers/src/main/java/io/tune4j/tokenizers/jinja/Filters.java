// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The filters of Jinja by their names. */
final class Filters {
    private static final Map<String, Filter> ALL = new HashMap<>();

    static {
        TextFilters.addTo(ALL);
        ListFilters.addTo(ALL);
        SelectionFilters.addTo(ALL);
        NumberFilters.addTo(ALL);
        Html.addTo(ALL);
        RecordTemplates.addTo(ALL);
        add(ALL, "tojson", Json.PARAMETERS, (frame, value, given) -> Json.write(value, given));
        for (List<String> alias :
                List.of(List.of("d", "default"), List.of("e", "escape"), List.of("count", "length"))) {
            ALL.put(alias.get(0), ALL.get(alias.get(1)));
        }
        for (String name : List.of("random", "pprint", "urlize")) {
            ALL.put(name, (frame, value, given) -> {
                throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "the filter '" + name + "' is not supported");
            });
        }
    }

    private Filters() {}

    /** Adds a filter that checks what it is given. */
    static void add(Map<String, Filter> filters, String name, List<String> parameters, Filter filter) {
        filters.put(name, (frame, value, given) -> {
            given.check(name, parameters);
            return filter.apply(frame, value, given);
        });
    }

    static @Nullable Filter find(String name) {
        return ALL.get(name);
    }

    static NavigableSet<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    /** A filter by its name, for {@code map}. */
    static Filter named(@Nullable Object name) {
        Filter filter = name instanceof Text text ? ALL.get(text.value()) : null;
        if (filter == null) {
            throw JinjaException.type("No filter named '" + Printing.str(name) + "'.");
        }
        return filter;
    }

    /** A group of {@code groupby}: a pair whose parts have names. */
    static final class Group extends ArrayList<@Nullable Object> {
        private static final long serialVersionUID = 1L;

        Group(@Nullable Object grouper, Sequence members) {
            super(java.util.Arrays.asList(grouper, members));
        }

        @Nullable
        Object grouper() {
            return get(0);
        }

        @Nullable
        Object members() {
            return get(1);
        }
    }
}
