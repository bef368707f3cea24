// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's operators on two values. */
final class Operators {
    private Operators() {}

    static boolean compare(String operator, @Nullable Object a, @Nullable Object b) {
        switch (operator) {
            case "==":
                return Types.equal(a, b);
            case "!=":
                return !Types.equal(a, b);
            case "in":
                return Types.contains(b, a);
            case "not in":
                return !Types.contains(b, a);
            default:
                break;
        }
        int order = Types.compare(a, b, operator);
        return order != Numbers.UNORDERED
                && switch (operator) {
                    case "<" -> order < 0;
                    case "<=" -> order <= 0;
                    case ">" -> order > 0;
                    default -> order >= 0;
                };
    }

    static @Nullable Object calculate(Frame frame, String operator, @Nullable Object a, @Nullable Object b) {
        if (Types.isNumber(a) && Types.isNumber(b)) {
            return Numbers.calculate(operator, Objects.requireNonNull(a), Objects.requireNonNull(b));
        }
        if (operator.equals("%") && a instanceof Text text) {
            return PercentFormat.format(text, b);
        }
        if (a instanceof Undefined || b instanceof Undefined) {
            throw Objects.requireNonNull((Undefined) (a instanceof Undefined ? a : b))
                    .failure();
        }
        Object result =
                switch (operator) {
                    case "+" -> sum(frame, a, b);
                    case "*" ->
                        Numbers.isInteger(b)
                                ? repeated(frame, a, Objects.requireNonNull(b))
                                : Numbers.isInteger(a) ? repeated(frame, b, Objects.requireNonNull(a)) : null;
                    default -> null;
                };
        if (result == null) {
            throw JinjaException.type("unsupported operand type(s) for " + operator + ": '" + Types.name(a) + "' and '"
                    + Types.name(b) + "'");
        }
        return result;
    }

    private static @Nullable Object sum(Frame frame, @Nullable Object a, @Nullable Object b) {
        if (a instanceof Text first && b instanceof Text second) {
            frame.run().step((first.value().length() + second.value().length()) / 16);
            if (first.isMarkup() != second.isMarkup()) {
                return Html.escape(first).plus(Html.escape(second)).asMarkup(true);
            }
            return first.plus(second).asMarkup(first.isMarkup());
        }
        if (a instanceof Sequence first
                && b instanceof Sequence second
                && first.kind() == second.kind()
                && (first.kind() == Sequence.Kind.LIST || first.kind() == Sequence.Kind.TUPLE)) {
            List<@Nullable Object> items = new ArrayList<>(first.items());
            items.addAll(second.items());
            frame.run().step(items.size());
            return new Sequence(items, first.kind(), first.mark());
        }
        return null;
    }

    private static @Nullable Object repeated(Frame frame, @Nullable Object value, Object count) {
        long times = Math.max(
                0,
                Numbers.big(count)
                        .min(java.math.BigInteger.valueOf(Integer.MAX_VALUE))
                        .longValue());
        if (value instanceof Text text) {
            frame.run().step(Limits.characters(text.value().length() * times) / 16 + 1);
            TextBuilder repeated = new TextBuilder();
            for (long i = 0; i < times && !text.isEmpty(); i++) {
                repeated.add(text);
            }
            return repeated.build().asMarkup(text.isMarkup());
        }
        if (value instanceof Sequence list
                && (list.kind() == Sequence.Kind.LIST || list.kind() == Sequence.Kind.TUPLE)) {
            frame.run().step(Limits.characters(list.size() * times));
            List<@Nullable Object> items = new ArrayList<>();
            for (List<@Nullable Object> copy :
                    Collections.nCopies((int) (list.size() == 0 ? 0 : times), list.items())) {
                items.addAll(copy);
            }
            return new Sequence(items, list.kind(), list.mark());
        }
        return null;
    }
}
