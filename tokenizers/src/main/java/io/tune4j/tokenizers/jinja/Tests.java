// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The tests that a template names after {@code is}. */
final class Tests {
    /** A test. */
    @FunctionalInterface
    interface Test {
        boolean holds(Frame frame, @Nullable Object value, Arguments arguments);
    }

    private static final Map<String, Test> ALL = new HashMap<>();

    static {
        plain("defined", value -> !(value instanceof Undefined));
        plain("undefined", value -> value instanceof Undefined);
        plain("none", value -> value == null);
        plain("boolean", value -> value instanceof Boolean);
        plain("true", value -> Boolean.TRUE.equals(value));
        plain("false", value -> Boolean.FALSE.equals(value));
        plain("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        plain("float", value -> value instanceof Double);
        plain("number", Types::isNumber);
        plain("string", value -> value instanceof Text);
        plain("mapping", value -> value instanceof Dict);
        plain("sequence", Tests::isSequence);
        plain("iterable", Tests::isIterable);
        plain("callable", value -> value instanceof Function || value instanceof Undefined);
        plain("escaped", value -> value instanceof Text text && text.isMarkup());
        plain("lower", value -> Cases.isLower(Printing.str(value).value()));
        plain("upper", value -> Cases.isUpper(Printing.str(value).value()));
        plain("odd", value -> Types.equal(remainder(value, 2L), 1L));
        plain("even", value -> Types.equal(remainder(value, 2L), 0L));
        add("divisibleby", "num", (frame, value, given) -> Types.equal(remainder(value, given.need(0, "num")), 0L));
        add("sameas", "other", (frame, value, given) -> same(value, given.need(0, "other")));
        add("in", "seq", (frame, value, given) -> Types.contains(given.need(0, "seq"), value));
        add("filter", null, (frame, value, given) -> value instanceof Text name && Filters.find(name.value()) != null);
        add("test", null, (frame, value, given) -> value instanceof Text name && ALL.containsKey(name.value()));
        for (List<String> names : List.of(
                List.of("==", "eq", "equalto"),
                List.of("!=", "ne"),
                List.of(">", "gt", "greaterthan"),
                List.of(">=", "ge"),
                List.of("<", "lt", "lessthan"),
                List.of("<=", "le"))) {
            for (String name : names) {
                add(
                        name,
                        "other",
                        (frame, value, given) -> Operators.compare(names.get(0), value, given.need(0, "other")));
            }
        }
    }

    private Tests() {}

    private static void plain(String name, java.util.function.Predicate<@Nullable Object> condition) {
        add(name, null, (frame, value, given) -> condition.test(value));
    }

    private static void add(String name, @Nullable String parameter, Test test) {
        List<String> parameters = parameter == null ? List.of() : List.of(parameter);
        ALL.put(name, (frame, value, given) -> {
            given.check(name, parameters);
            return test.holds(frame, value, given);
        });
    }

    static @Nullable Test find(String name) {
        return ALL.get(name);
    }

    static NavigableSet<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    static Test named(@Nullable Object name) {
        Test test = name instanceof Text text ? ALL.get(text.value()) : null;
        if (test == null) {
            throw JinjaException.type("No test named '" + Printing.str(name) + "'.");
        }
        return test;
    }

    private static Object remainder(@Nullable Object value, @Nullable Object divisor) {
        if (!Types.isNumber(value) || !Types.isNumber(divisor)) {
            throw Types.wrong(Types.isNumber(value) ? divisor : value, "a number");
        }
        return Numbers.calculate("%", Objects.requireNonNull(value), Objects.requireNonNull(divisor));
    }

    /** Whether a value has a length, and elements by position or key. */
    private static boolean isSequence(@Nullable Object value) {
        return value instanceof Text
                || value instanceof Dict
                || value instanceof Sequence list && list.kind().isIndexed()
                || value instanceof Undefined;
    }

    private static boolean isIterable(@Nullable Object value) {
        return isSequence(value) || value instanceof Sequence || value instanceof Generator || value instanceof Loop;
    }

    /** Python's {@code is}: small values that exist once are equal ones of the same type. */
    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return a == b
                || a != null
                        && b != null
                        && a.getClass() == b.getClass()
                        && (a instanceof Boolean || a instanceof Long || a instanceof Text)
                        && a.equals(b);
    }
}
