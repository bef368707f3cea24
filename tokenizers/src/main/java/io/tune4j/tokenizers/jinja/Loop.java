// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} within a loop. */
final class Loop implements Function {
    private final List<@Nullable Object> items;
    private final int depth;
    private final Statements.@Nullable For recursive;
    private final Frame frame;
    private int index = -1;
    private @Nullable List<@Nullable Object> before;

    /** @param recursive the loop itself if it may be called, or null */
    Loop(List<@Nullable Object> items, int depth, Statements.@Nullable For recursive, Frame frame) {
        this.items = items;
        this.depth = depth;
        this.recursive = recursive;
        this.frame = frame;
    }

    boolean hasNext() {
        return index + 1 < items.size();
    }

    @Nullable
    Object next() {
        return items.get(++index);
    }

    String described() {
        return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
    }

    long length() {
        return items.size();
    }

    /** Iterating over {@code loop} takes the turns that are left. */
    Iterator<@Nullable Object> rest() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return Loop.this.hasNext();
            }

            @Override
            public @Nullable Object next() {
                Object item = Loop.this.next();
                return Sequence.tuple(item, Loop.this);
            }
        };
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> !hasNext();
            case "length" -> (long) items.size();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index == 0 ? Undefined.of("there is no previous item") : some(items.get(index - 1));
            case "nextitem" -> hasNext() ? some(items.get(index + 1)) : Undefined.of("there is no next item");
            case "cycle" -> (Function) (caller, arguments) -> cycle(arguments);
            case "changed" -> (Function) (caller, arguments) -> changed(arguments);
            default -> null;
        };
    }

    /** An item as the value of an attribute: null would say that there is no attribute. */
    private static Object some(@Nullable Object item) {
        return item == null ? Attributes.NONE : item;
    }

    private @Nullable Object cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw JinjaException.type("no items for cycling given");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private boolean changed(Arguments arguments) {
        boolean same = before != null && Types.equal(Sequence.list(before), Sequence.list(arguments.positional()));
        before = arguments.positional();
        return !same;
    }

    @Override
    public Object call(Frame caller, Arguments arguments) {
        if (recursive == null) {
            throw JinjaException.type("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursive.again(frame, caller, arguments.need(0, "iterable"), depth + 1);
    }
}
