// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters that choose among elements, or take parts of values. */
final class SelectionFilters {
    /** Selects lazily the elements that meet a condition. */
    private static final class Chosen implements Iterator<@Nullable Object> {
        private final Iterator<@Nullable Object> items;
        private final Predicate<@Nullable Object> condition;
        private @Nullable Object next;
        private boolean ready;

        Chosen(Iterator<@Nullable Object> items, Predicate<@Nullable Object> condition) {
            this.items = items;
            this.condition = condition;
        }

        @Override
        public boolean hasNext() {
            while (!ready && items.hasNext()) {
                next = items.next();
                ready = condition.test(next);
            }
            return ready;
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ready = false;
            return next;
        }
    }

    private SelectionFilters() {}

    static void addTo(Map<String, Filter> filters) {
        filters.put("select", (frame, value, given) -> choose(frame, value, given, false, true));
        filters.put("reject", (frame, value, given) -> choose(frame, value, given, false, false));
        filters.put("selectattr", (frame, value, given) -> choose(frame, value, given, true, true));
        filters.put("rejectattr", (frame, value, given) -> choose(frame, value, given, true, false));
        filters.put("map", SelectionFilters::map);
        Filters.add(
                filters,
                "default",
                List.of("default_value", "boolean"),
                (frame, value, given) ->
                        value instanceof Undefined || given.truth(1, "boolean", false) && !Types.truth(value)
                                ? given.get(0, "default_value", Text.EMPTY)
                                : value);
        Filters.add(filters, "attr", List.of("name"), (frame, value, given) -> {
            if (value instanceof Undefined undefined) {
                if (undefined.kind() == JinjaException.Kind.UNDEFINED) {
                    throw undefined.failure();
                }
                return undefined;
            }
            given.need(0, "name");
            String name = given.text(0, "name", Text.EMPTY).value();
            Object attribute =
                    value instanceof Dict ? Attributes.attribute(new Dict(), name) : Attributes.attribute(value, name);
            // A dictionary's keys are no attributes.
            return value instanceof Dict && !(attribute instanceof Undefined)
                    ? Attributes.attribute(value, name)
                    : attribute;
        });
    }

    private static Generator choose(
            Frame frame, @Nullable Object value, Arguments given, boolean ofAttribute, boolean wanted) {
        if (!Types.truth(value)) {
            return new Generator(java.util.Collections.emptyIterator());
        }
        int off = ofAttribute ? 1 : 0;
        if (given.positional().size() < off) {
            throw JinjaException.value("Missing parameter for attribute name");
        }
        Object attribute = ofAttribute ? given.positional().get(0) : null;
        Predicate<@Nullable Object> condition;
        if (given.positional().size() > off) {
            Tests.Test test = Tests.named(given.positional().get(off));
            Arguments rest = given.from(off + 1);
            condition = item -> test.holds(frame, item, rest);
        } else {
            condition = Types::truth;
        }
        // A test may go through its arguments for each element, as "in" does.
        long each = 1 + given.work();
        return new Generator(new Chosen(Types.iterate(value), item -> {
            frame.run().step(each + Expressions.work(item));
            return condition.test(Attributes.path(item, attribute, null)) == wanted;
        }));
    }

    private static Generator map(Frame frame, @Nullable Object value, Arguments given) {
        if (!Types.truth(value)) {
            return new Generator(java.util.Collections.emptyIterator());
        }
        UnaryOperator<@Nullable Object> mapping;
        if (given.positional().isEmpty() && given.named().containsKey("attribute")) {
            given.check("map", List.of("attribute", "default"));
            Object attribute = given.get(0, "attribute", null);
            Object otherwise = given.get(1, "default", null);
            mapping = item -> Attributes.path(item, attribute, otherwise);
        } else {
            if (given.positional().isEmpty()) {
                throw JinjaException.value("map requires a filter argument");
            }
            Filter filter = Filters.named(given.positional().get(0));
            Arguments rest = given.from(1);
            mapping = item -> filter.apply(frame, item, rest);
        }
        Iterator<@Nullable Object> items = Types.iterate(value);
        long each = 1 + given.work();
        return new Generator(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public @Nullable Object next() {
                Object item = items.next();
                frame.run().step(each + Expressions.work(item));
                return mapping.apply(item);
            }
        });
    }
}
