// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's operations on values of any type: type name, truth, length, equality, order and iteration. */
final class Types {
    private Types() {}

    static String name(@Nullable Object value) {
        if (value == null) {
            return "NoneType";
        }
        if (value instanceof Text) {
            return "str";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long || value instanceof BigInteger) {
            return "int";
        }
        if (value instanceof Double) {
            return "float";
        }
        if (value instanceof Dict) {
            return "dict";
        }
        if (value instanceof Sequence list) {
            return list.kind().type;
        }
        return value instanceof Undefined
                ? "Undefined"
                : value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    /** The failure of an operation that needs another type. */
    static JinjaException wrong(@Nullable Object value, String expected) {
        return value instanceof Undefined undefined
                ? undefined.failure()
                : JinjaException.type("expected " + expected + ", found '" + name(value) + "'");
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long
                || value instanceof Double
                || value instanceof BigInteger
                || value instanceof Boolean;
    }

    static boolean truth(@Nullable Object value) {
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        if (value instanceof Text text) {
            return !text.isEmpty();
        }
        if (value instanceof Undefined) {
            return false;
        }
        if (value instanceof Long number) {
            return number != 0;
        }
        if (value instanceof Double number) {
            return number != 0;
        }
        if (value instanceof Sequence list) {
            return list.size() > 0;
        }
        return !(value instanceof Dict dict) || dict.size() > 0;
    }

    static long length(@Nullable Object value) {
        if (value instanceof Text text) {
            return text.length();
        }
        if (value instanceof Sequence list) {
            return list.size();
        }
        if (value instanceof Dict dict) {
            return dict.size();
        }
        if (value instanceof Undefined) {
            return 0;
        }
        if (value instanceof Loop loop) {
            return loop.length();
        }
        throw JinjaException.type("object of type '" + name(value) + "' has no len()");
    }

    /** The elements of what can be iterated. */
    static Iterator<@Nullable Object> iterate(@Nullable Object value) {
        if (value instanceof Sequence list) {
            return list.items().iterator();
        }
        if (value instanceof Generator generator) {
            return generator.items();
        }
        if (value instanceof Dict dict) {
            return dict.keys().iterator();
        }
        if (value instanceof Text text) {
            Limits.parts(text.value().length());
            return Arrays.<@Nullable Object>asList((Object[]) text.characters()).iterator();
        }
        if (value instanceof Undefined) {
            return Collections.emptyIterator();
        }
        if (value instanceof Loop loop) {
            return loop.rest();
        }
        throw JinjaException.type("'" + name(value) + "' object is not iterable");
    }

    static List<@Nullable Object> list(@Nullable Object value) {
        if (value instanceof Sequence list) {
            return list.items();
        }
        List<@Nullable Object> items = new java.util.ArrayList<>();
        iterate(value).forEachRemaining(items::add);
        return items;
    }

    static boolean equal(@Nullable Object a, @Nullable Object b) {
        return new Equality().holds(a, b);
    }

    /** A comparison, which may not look at more values than allowed. */
    private static final class Equality {
        private int compared;

        boolean holds(@Nullable Object a, @Nullable Object b) {
            if (++compared > Limits.COMPARED) {
                throw JinjaException.limit("two values with more than " + Limits.COMPARED + " parts are compared");
            }
            return equal(a, b, this);
        }
    }

    private static boolean equal(@Nullable Object a, @Nullable Object b, Equality parts) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null) {
            return false;
        }
        if (isNumber(a) && isNumber(b)) {
            return Numbers.compare(a, b, "==") == 0;
        }
        if (a instanceof Sequence first && b instanceof Sequence second) {
            return first.kind() == second.kind() && first.size() == second.size() && equalItems(first, second, parts);
        }
        if (a instanceof Dict first && b instanceof Dict second) {
            return first.size() == second.size()
                    && first.entries().stream()
                            .allMatch(entry ->
                                    second.has(entry.key()) && parts.holds(entry.value(), second.get(entry.key())));
        }
        if (a instanceof Undefined) {
            return b instanceof Undefined;
        }
        return a.equals(b);
    }

    private static boolean equalItems(Sequence a, Sequence b, Equality parts) {
        for (int i = 0; i < a.size(); i++) {
            if (!parts.holds(a.items().get(i), b.items().get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Python's order.
     *
     * @param operator for the message of a failure
     * @return less than, equal to or more than 0; {@link Numbers#UNORDERED} if one is not a number
     */
    static int compare(@Nullable Object a, @Nullable Object b, String operator) {
        if (isNumber(a) && isNumber(b)) {
            return Numbers.compare(Objects.requireNonNull(a), Objects.requireNonNull(b), operator);
        }
        if (a instanceof Text first && b instanceof Text second) {
            return first.compareTo(second);
        }
        if (a instanceof Sequence first
                && b instanceof Sequence second
                && first.kind() == second.kind()
                && first.kind() != Sequence.Kind.RANGE
                && first.kind().isIndexed()) {
            int shorter = Math.min(first.size(), second.size());
            for (int i = 0; i < shorter; i++) {
                if (!equal(first.items().get(i), second.items().get(i))) {
                    return compare(first.items().get(i), second.items().get(i), operator);
                }
            }
            return Integer.compare(first.size(), second.size());
        }
        if (a instanceof Undefined || b instanceof Undefined) {
            throw Objects.requireNonNull((Undefined) (a instanceof Undefined ? a : b))
                    .failure();
        }
        throw JinjaException.type(
                "'" + operator + "' not supported between instances of '" + name(a) + "' and '" + name(b) + "'");
    }

    /** {@code item in container}. */
    static boolean contains(@Nullable Object container, @Nullable Object item) {
        if (container instanceof Text text) {
            if (item instanceof Text part) {
                return text.value().contains(part.value());
            }
            throw item instanceof Undefined undefined
                    ? undefined.failure()
                    : JinjaException.type("'in <string>' requires string as left operand, not " + name(item));
        }
        if (container instanceof Dict dict) {
            return dict.has(item);
        }
        if (container instanceof Undefined) {
            return false;
        }
        if (!(container instanceof Sequence || container instanceof Generator || container instanceof Loop)) {
            throw JinjaException.type("argument of type '" + name(container) + "' is not iterable");
        }
        for (Iterator<@Nullable Object> items = iterate(container); items.hasNext(); ) {
            if (equal(items.next(), item)) {
                return true;
            }
        }
        return false;
    }
}
