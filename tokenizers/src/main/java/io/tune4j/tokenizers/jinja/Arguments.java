// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a call.
 *
 * @param positional in their order
 * @param named by keyword, in their order
 */
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** Whether an argument was given, at its position or by its name. */
    boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    @Nullable
    Object get(int index, String name, @Nullable Object otherwise) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.containsKey(name) ? named.get(name) : otherwise;
    }

    /** An argument that must be given. */
    @Nullable
    Object need(int index, String name) {
        if (!has(index, name)) {
            throw JinjaException.type("missing a required argument: '" + name + "'");
        }
        return get(index, name, null);
    }

    long integer(int index, String name, long otherwise) {
        Object value = get(index, name, otherwise);
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw Types.wrong(value, "an integer for " + name);
    }

    Text text(int index, String name, Text otherwise) {
        Object value = get(index, name, otherwise);
        if (value instanceof Text text) {
            return text;
        }
        throw Types.wrong(value, "a text for " + name);
    }

    boolean truth(int index, String name, boolean otherwise) {
        return Types.truth(get(index, name, otherwise));
    }

    /** Fails if there are more arguments than a function has parameters, or others. */
    void check(String function, List<String> parameters) {
        if (positional.size() > parameters.size()) {
            throw JinjaException.type(
                    function + "() takes " + parameters.size() + " arguments, not " + positional.size());
        }
        for (String name : named.keySet()) {
            int index = parameters.indexOf(name);
            if (index < 0 || index < positional.size()) {
                throw JinjaException.type(function + "() got an unexpected keyword argument '" + name + "'");
            }
        }
    }

    /** Steps for an operation that may go through all arguments. */
    long work() {
        return Stream.concat(positional.stream(), named.values().stream())
                .mapToLong(Expressions::work)
                .sum();
    }

    /** All but the first so many positional arguments. */
    Arguments from(int first) {
        return new Arguments(positional.subList(Math.min(first, positional.size()), positional.size()), named);
    }
}
