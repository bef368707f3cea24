// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of expressions. */
final class Expressions {
    private Expressions() {}

    record Constant(@Nullable Object value) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            return value;
        }

        @Override
        public boolean isConstant() {
            return true;
        }
    }

    record Name(String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            frame.run().step(1);
            return frame.get(name);
        }
    }

    /** {@code [a, b]} or {@code (a, b)}. */
    record Items(List<Expression> items, Sequence.Kind kind) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            List<@Nullable Object> values = new ArrayList<>(items.size());
            for (Expression item : items) {
                values.add(item.evaluate(frame));
            }
            return new Sequence(values, kind, Mark.TEMPLATE);
        }

        @Override
        public boolean isConstant() {
            return items.stream().allMatch(Expression::isConstant);
        }
    }

    record Pairs(List<Map.Entry<Expression, Expression>> pairs) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Dict dict = new Dict();
            for (Map.Entry<Expression, Expression> pair : pairs) {
                dict.put(pair.getKey().evaluate(frame), pair.getValue().evaluate(frame));
            }
            return dict;
        }

        @Override
        public boolean isConstant() {
            return pairs.stream()
                    .allMatch(pair ->
                            pair.getKey().isConstant() && pair.getValue().isConstant());
        }
    }

    /** {@code a and b} or {@code a or b}, which is one of the two. */
    record Either(Expression left, Expression right, boolean and) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            Object value = left.evaluate(frame);
            return Types.truth(value) == and ? right.evaluate(frame) : value;
        }
    }

    record Not(Expression operand) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            return !Types.truth(operand.evaluate(frame));
        }
    }

    /** {@code value if test else otherwise}. */
    record Conditional(
            Expression test, Expression value, @Nullable Expression otherwise) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            if (Types.truth(test.evaluate(frame))) {
                return value.evaluate(frame);
            }
            return otherwise == null
                    ? Undefined.of("the inline if-expression evaluated to false and no else section was defined")
                    : otherwise.evaluate(frame);
        }
    }

    /** {@code a ~ b}: both as texts. */
    record Concatenation(List<Expression> parts) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            TextBuilder text = new TextBuilder();
            for (Expression part : parts) {
                text.add(Printing.str(part.evaluate(frame)));
            }
            frame.run().step(text.length() / 16);
            return text.build();
        }
    }

    /** Steps for an operation that may go through a value. */
    static long work(@Nullable Object value) {
        if (value instanceof Text text) {
            return text.value().length() / 16;
        }
        return value instanceof Sequence list ? list.size() / 4 : 0;
    }

    /** {@code a < b <= c}: each operand is evaluated once, and none after the first comparison that fails. */
    record Comparison(Expression first, List<String> operators, List<Expression> operands) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object left = first.evaluate(frame);
            for (int i = 0; i < operators.size(); i++) {
                Object right = operands.get(i).evaluate(frame);
                frame.run().step(work(left) + work(right));
                if (!Operators.compare(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    record Arithmetic(String operator, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            Object a = left.evaluate(frame);
            return Operators.calculate(frame, operator, a, right.evaluate(frame));
        }
    }

    record Sign(Expression operand, boolean minus) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object value = operand.evaluate(frame);
            return minus ? Numbers.negative(value) : Numbers.positive(value);
        }

        @Override
        public boolean isConstant() {
            return operand.isConstant();
        }
    }

    record Attribute(Expression object, String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            Object value = object.evaluate(frame);
            // A method of a text, which will go through it.
            frame.run().step(value instanceof Text ? work(value) : 0);
            return Attributes.attribute(value, name);
        }
    }

    record Item(Expression object, Expression key) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            Object value = object.evaluate(frame);
            return Attributes.item(value, key.evaluate(frame));
        }
    }

    /** {@code object[start:stop:step]}. */
    record Slice(
            Expression object,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object value = object.evaluate(frame);
            boolean sliced = value instanceof Text || value instanceof Sequence || !object.isConstant();
            return sliced
                    ? Slices.slice(value, of(start, frame), of(stop, frame), of(step, frame))
                    : Undefined.of("'" + Types.name(value) + "' object cannot be sliced");
        }

        private static @Nullable Object of(@Nullable Expression bound, Frame frame) {
            return bound == null ? null : bound.evaluate(frame);
        }
    }

    /** The arguments of a call, as written. */
    record Given(
            List<Expression> positional,
            Map<String, Expression> named,
            @Nullable Expression more,
            @Nullable Expression moreNamed) {
        static final Given NONE = new Given(List.of(), Map.of(), null, null);

        Arguments evaluate(Frame frame) {
            List<@Nullable Object> values = new ArrayList<>();
            for (Expression argument : positional) {
                values.add(argument.evaluate(frame));
            }
            if (more != null) {
                Types.iterate(more.evaluate(frame)).forEachRemaining(values::add);
            }
            Map<String, @Nullable Object> byName = new LinkedHashMap<>();
            named.forEach((name, argument) -> byName.put(name, argument.evaluate(frame)));
            if (moreNamed != null) {
                addNamed(moreNamed.evaluate(frame), byName);
            }
            return new Arguments(values, byName);
        }

        private static void addNamed(@Nullable Object value, Map<String, @Nullable Object> byName) {
            if (!(value instanceof Dict dict)) {
                throw Types.wrong(value, "a dictionary after **");
            }
            for (Dict.Entry entry : dict.entries()) {
                if (!(entry.key() instanceof Text name)) {
                    throw JinjaException.type("keywords must be strings");
                }
                if (byName.putIfAbsent(name.value(), entry.value()) != null) {
                    throw JinjaException.type("got multiple values for keyword argument '" + name + "'");
                }
            }
        }
    }

    record Call(Expression function, Given given, int line) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            return call(frame, given.evaluate(frame));
        }

        @Nullable
        Object call(Frame frame, Arguments arguments) {
            Object value = function.evaluate(frame);
            if (value instanceof Undefined undefined) {
                throw undefined.failure().at(line);
            }
            if (!(value instanceof Function called)) {
                throw JinjaException.type("'" + Types.name(value) + "' object is not callable")
                        .at(line);
            }
            frame.run().enter();
            Object result = called.call(frame, arguments);
            frame.run().leave();
            return result;
        }
    }

    /** {@code value|name(...)}. */
    record Filtered(Expression value, String name, Filter filter, Given given) implements Expression {
        @Override
        public @Nullable Object evaluate(Frame frame) {
            Object filtered = value.evaluate(frame);
            return apply(frame, filtered);
        }

        @Nullable
        Object apply(Frame frame, @Nullable Object filtered) {
            frame.run().step(1 + work(filtered));
            return filter.apply(frame, filtered, given.evaluate(frame));
        }
    }

    /** {@code value is name(...)}. */
    record Tested(Expression value, Tests.Test test, Given given) implements Expression {
        @Override
        public Object evaluate(Frame frame) {
            Object tested = value.evaluate(frame);
            frame.run().step(1 + work(tested));
            return test.holds(frame, tested, given.evaluate(frame));
        }
    }
}
