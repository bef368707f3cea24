// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's methods of lists and tuples that change nothing, and the two names of what {@code groupby} gives. */
final class ListMethods {
    private static final Set<String> CHANGING =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private ListMethods() {}

    static @Nullable Object find(Sequence list, String name) {
        if (!list.kind().isIndexed()) {
            return null;
        }
        if (list.kind() == Sequence.Kind.LIST && CHANGING.contains(name)) {
            return Undefined.unsafe(name, list);
        }
        if (list.items() instanceof Filters.Group group) {
            if (name.equals("grouper")) {
                return group.grouper();
            }
            if (name.equals("list")) {
                return group.members();
            }
        }
        if (list.kind() == Sequence.Kind.RANGE) {
            int bound = List.of("start", "stop", "step").indexOf(name);
            if (bound >= 0) {
                List<@Nullable Object> bounds = Ranges.bounds(list);
                return bound < bounds.size() ? bounds.get(bound) : 1L;
            }
        }
        return switch (name) {
            case "index" ->
                (Function) (frame, arguments) -> {
                    frame.run().step(Expressions.work(list));
                    return index(list, arguments);
                };
            case "count" ->
                (Function) (frame, arguments) -> {
                    Object wanted = arguments.need(0, "value");
                    frame.run().step(Expressions.work(list));
                    return list.items().stream()
                            .filter(item -> Types.equal(item, wanted))
                            .count();
                };
            case "copy" -> list.kind() == Sequence.Kind.LIST ? (Function) (frame, arguments) -> list : null;
            default -> null;
        };
    }

    private static Object index(Sequence list, Arguments arguments) {
        Object wanted = arguments.need(0, "value");
        List<@Nullable Object> items = list.items();
        long from = Math.max(0, arguments.integer(1, "start", 0));
        long to = Math.min(items.size(), arguments.integer(2, "stop", items.size()));
        for (long i = from; i < to; i++) {
            if (Types.equal(items.get((int) i), wanted)) {
                return i;
            }
        }
        throw JinjaException.value(Printing.repr(wanted) + " is not in list");
    }
}
