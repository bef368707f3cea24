// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's methods of dictionaries that change nothing. */
final class DictMethods {
    private static final Set<String> CHANGING = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private DictMethods() {}

    static @Nullable Object find(Dict dict, String name) {
        if (CHANGING.contains(name)) {
            return Undefined.unsafe(name, dict);
        }
        return switch (name) {
            case "get" ->
                (Function) (frame, arguments) -> {
                    arguments.check("get", List.of("key", "default"));
                    if (!arguments.named().isEmpty()) {
                        throw JinjaException.type("dict.get() takes no keyword arguments");
                    }
                    Object key = arguments.need(0, "key");
                    return dict.has(key) ? dict.get(key) : arguments.get(1, "default", null);
                };
            case "keys" -> (Function) (frame, arguments) -> new Sequence(dict.keys(), Sequence.Kind.KEYS, dict.mark());
            case "values" ->
                (Function) (frame, arguments) -> {
                    List<@Nullable Object> values = new ArrayList<>();
                    dict.entries().forEach(entry -> values.add(entry.value()));
                    return new Sequence(values, Sequence.Kind.VALUES, dict.mark());
                };
            case "items" -> (Function) (frame, arguments) -> items(dict);
            case "copy" -> (Function) (frame, arguments) -> dict.copy();
            default -> null;
        };
    }

    static Sequence items(Dict dict) {
        List<@Nullable Object> items = new ArrayList<>();
        dict.entries()
                .forEach(entry -> items.add(new Sequence(
                        java.util.Arrays.asList(entry.key(), entry.value()), Sequence.Kind.TUPLE, dict.mark())));
        return new Sequence(items, Sequence.Kind.ITEMS, dict.mark());
    }
}
