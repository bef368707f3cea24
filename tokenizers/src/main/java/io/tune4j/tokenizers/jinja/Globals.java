// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template has. */
final class Globals {
    private static final Map<String, Function> ALL = Map.of(
            "range",
                    (frame, arguments) -> {
                        Sequence range = Ranges.make(arguments);
                        frame.run().step(range.size());
                        return range;
                    },
            "dict", (frame, arguments) -> dict(arguments),
            "namespace", (frame, arguments) -> namespace(arguments),
            "cycler", (frame, arguments) -> new Cycler(arguments.positional()),
            "joiner", (frame, arguments) -> new Joiner(arguments.get(0, "sep", Text.of(", "))),
            "raise_exception",
                    (frame, arguments) -> {
                        arguments.check("raise_exception", List.of("message"));
                        throw new JinjaException(
                                JinjaException.Kind.RAISED,
                                Printing.str(arguments.need(0, "message")).value());
                    },
            "lipsum",
                    (frame, arguments) -> {
                        throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "lipsum writes random text");
                    });

    private Globals() {}

    static @Nullable Function get(String name) {
        return ALL.get(name);
    }

    private static Dict dict(Arguments arguments) {
        Dict dict = new Dict();
        if (arguments.positional().size() > 1) {
            throw JinjaException.type("dict expected at most 1 argument, got "
                    + arguments.positional().size());
        }
        if (!arguments.positional().isEmpty()) {
            Object first = arguments.positional().get(0);
            if (first instanceof Undefined undefined) {
                throw undefined.failure();
            }
            if (first instanceof Dict other) {
                other.entries().forEach(entry -> dict.put(entry.key(), entry.value()));
            } else {
                for (Object pair : Types.list(first)) {
                    List<@Nullable Object> both = Types.list(pair);
                    if (both.size() != 2) {
                        throw JinjaException.value("dictionary update sequence element has length " + both.size());
                    }
                    dict.put(both.get(0), both.get(1));
                }
            }
        }
        arguments.named().forEach((name, value) -> dict.put(Text.of(name), value));
        return dict;
    }

    private static Namespace namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        for (Dict.Entry entry : dict(arguments).entries()) {
            namespace.set(Printing.str(entry.key()).value(), entry.value());
        }
        return namespace;
    }

    /** {@code cycler(...)}. */
    static final class Cycler {
        private final List<@Nullable Object> items;
        private int position;

        Cycler(List<@Nullable Object> items) {
            if (items.isEmpty()) {
                throw JinjaException.type("at least one item has to be provided");
            }
            this.items = items;
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "current" -> items.get(position);
                case "pos" -> (long) position;
                case "next" ->
                    (Function) (frame, arguments) -> {
                        Object current = items.get(position);
                        position = (position + 1) % items.size();
                        return current;
                    };
                case "reset" ->
                    (Function) (frame, arguments) -> {
                        position = 0;
                        return null;
                    };
                case "items" -> Sequence.tuple(items.toArray());
                default -> null;
            };
        }
    }

    /** {@code joiner(...)}: nothing the first time, then a separator. */
    static final class Joiner implements Function {
        private final @Nullable Object separator;
        private boolean used;

        Joiner(@Nullable Object separator) {
            this.separator = separator;
        }

        @Override
        public @Nullable Object call(Frame frame, Arguments arguments) {
            boolean first = !used;
            used = true;
            return first ? Text.EMPTY : separator;
        }

        @Nullable
        Object attribute(String name) {
            return switch (name) {
                case "sep" -> separator;
                case "used" -> used;
                default -> null;
            };
        }
    }

    /** {@code self}: the blocks of the template. */
    record Blocks(Map<String, Statements.Block> all) {
        @Nullable
        Object attribute(String name) {
            Statements.Block block = all.get(name);
            return block == null
                    ? null
                    : (Function) (frame, arguments) -> {
                        Frame caught = frame.root().caughtFor(frame);
                        Statement.all(block.body(), caught);
                        return caught.written();
                    };
        }
    }
}
