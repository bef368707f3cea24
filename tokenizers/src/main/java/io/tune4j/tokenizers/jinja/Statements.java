// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import io.tune4j.tokenizers.jinja.Expressions.Call;
import io.tune4j.tokenizers.jinja.Expressions.Filtered;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of statements. */
final class Statements {
    private Statements() {}

    /** Text between tags. */
    record Data(Text text) implements Statement {
        @Override
        public Next execute(Frame frame) {
            frame.run().step(1);
            frame.write(text);
            return Next.STATEMENT;
        }
    }

    /** {@code {{ value }}}. */
    record Output(Expression value, int line) implements Statement {
        @Override
        public Next execute(Frame frame) {
            try {
                Text text = Printing.str(value.evaluate(frame));
                frame.run().step(1 + text.value().length() / 16);
                frame.write(text);
                return Next.STATEMENT;
            } catch (JinjaException e) {
                throw e.at(line);
            }
        }
    }

    record If(Expression test, List<Statement> then, List<Statement> otherwise, int line) implements Statement {
        @Override
        public Next execute(Frame frame) {
            boolean holds;
            try {
                holds = Types.truth(test.evaluate(frame));
            } catch (JinjaException e) {
                throw e.at(line);
            }
            return Statement.all(holds ? then : otherwise, frame);
        }
    }

    /** {@code set} with a value. */
    record Assign(Target target, Expression value, int line) implements Statement {
        @Override
        public Next execute(Frame frame) {
            try {
                target.assign(frame, value.evaluate(frame));
                return Next.STATEMENT;
            } catch (JinjaException e) {
                throw e.at(line);
            }
        }
    }

    /** {@code set} with a body. */
    record AssignBlock(Target target, List<Filtered> filters, List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            Frame caught = frame.caught();
            Next next = Statement.all(body, caught);
            target.assign(frame, filtered(caught, filters));
            return next;
        }
    }

    private static @Nullable Object filtered(Frame caught, List<Filtered> filters) {
        Object value = caught.written();
        for (Filtered filter : filters) {
            value = filter.apply(caught, value);
        }
        return value;
    }

    record FilterBlock(List<Filtered> filters, List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            Frame caught = frame.caught();
            Next next = Statement.all(body, caught);
            frame.write(TextFilters.text(filtered(caught, filters)));
            return next;
        }
    }

    record With(List<Target> targets, List<Expression> values, List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            Frame inner = frame.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, values.get(i).evaluate(frame));
            }
            return Statement.all(body, inner);
        }
    }

    /** Statements in a scope of their own, such as {@code {% autoescape false %}}. */
    record Scoped(List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            return Statement.all(body, frame.inner());
        }
    }

    /** {@code generation}, around the text that the assistant wrote. */
    record Generation(List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            return Statement.all(body, frame.generating());
        }
    }

    record For(
            Target target,
            Expression items,
            @Nullable Expression test,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {
        @Override
        public Next execute(Frame frame) {
            Object value;
            try {
                value = items.evaluate(frame);
            } catch (JinjaException e) {
                throw e.at(line);
            }
            return loop(frame, value, 0);
        }

        private Next loop(Frame frame, @Nullable Object value, int depth) {
            frame.run().enter();
            Loop loop = new Loop(values(frame, value), depth, recursive ? this : null, frame);
            Next next = Next.STATEMENT;
            // Jinja takes a loop for empty whose turns all ended by a jump.
            boolean empty = true;
            while (next != Next.END_OF_LOOP && loop.hasNext()) {
                frame.run().step(1);
                Object item = loop.next();
                Frame turn = frame.turn(item);
                turn.set("loop", loop);
                target.assign(turn, item);
                next = Statement.all(body, turn);
                empty &= next != Next.STATEMENT;
            }
            if (empty) {
                Statement.all(otherwise, frame.inner());
            }
            frame.run().leave();
            return Next.STATEMENT;
        }

        private List<@Nullable Object> values(Frame frame, @Nullable Object value) {
            try {
                if (test == null) {
                    return Types.list(value);
                }
                List<@Nullable Object> passed = new ArrayList<>();
                for (Iterator<@Nullable Object> all = Types.iterate(value); all.hasNext(); ) {
                    Object item = all.next();
                    Frame inner = frame.inner();
                    target.assign(inner, item);
                    frame.run().step(1);
                    if (Types.truth(test.evaluate(inner))) {
                        passed.add(item);
                    }
                }
                return passed;
            } catch (JinjaException e) {
                throw e.at(line);
            }
        }

        /** {@code loop(items)} of a recursive loop. */
        Text again(Frame frame, Frame caller, @Nullable Object value, int depth) {
            Frame caught = frame.caughtFor(caller);
            loop(caught, value, depth);
            return caught.written();
        }
    }

    record MacroDefinition(Macro.Signature signature, List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            frame.set(signature.name(), new Macro(signature, body, frame));
            return Next.STATEMENT;
        }
    }

    /** {@code call}: a call with a body that the macro can write by {@code caller()}. */
    record CallBlock(Macro.Signature signature, Call call, List<Statement> body) implements Statement {
        @Override
        public Next execute(Frame frame) {
            Arguments given = call.given().evaluate(frame);
            java.util.Map<String, @Nullable Object> named = new java.util.LinkedHashMap<>(given.named());
            named.put("caller", new Macro(signature, body, frame));
            Object result = call.call(frame, new Arguments(given.positional(), named));
            frame.write(TextFilters.text(result));
            return Next.STATEMENT;
        }
    }

    /** {@code block}: without inheritance a part that is written where it stands. */
    record Block(String name, List<Statement> body, boolean scoped) implements Statement {
        @Override
        public Next execute(Frame frame) {
            frame.run().enter();
            Frame caught = (scoped ? frame : frame.root()).caughtFor(frame);
            Statement.all(body, caught);
            frame.run().leave();
            frame.write(caught.written());
            return Next.STATEMENT;
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(Next next) implements Statement {
        @Override
        public Next execute(Frame frame) {
            return next;
        }
    }

    /** A tag that needs another template. There is none. */
    record Refused(String tag, int line) implements Statement {
        @Override
        public Next execute(Frame frame) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED,
                    "{% " + tag + " %} needs another template, and there is none",
                    line);
        }
    }
}
