// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The context of a statement: its variables, the target of its output, and the marks of its output. */
final class Frame {
    /** Stands for the value of a name that no frame has. */
    private static final Object MISSING = new Object();

    private final Run run;
    private final @Nullable Frame parent;
    private final TextBuilder output;
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    /** The mark of a character that the template writes here. */
    private Mark place;
    /** Whether the next dictionary with a tag that is assigned here is the one that this turn of a loop is about. */
    private boolean searching;

    private Frame(Run run, @Nullable Frame parent, TextBuilder output, Mark place) {
        this.run = run;
        this.parent = parent;
        this.output = output;
        this.place = place;
    }

    /** The outermost frame of a rendering. */
    static Frame root(Run run) {
        return new Frame(run, null, new TextBuilder(), Mark.TEMPLATE);
    }

    /** A scope within this one. */
    Frame inner() {
        return new Frame(run, this, output, place);
    }

    /**
     * One turn of a loop.
     *
     * @param item over which the loop is running; a dictionary with a tag owns what is written
     */
    Frame turn(@Nullable Object item) {
        Object tag = item instanceof Dict dict ? dict.tag() : null;
        Frame turn = new Frame(run, this, output, tag == null ? place : place.within(tag));
        turn.searching = tag == null && (place.owner() == null || item instanceof Long);
        return turn;
    }

    /** A scope whose output is caught. */
    Frame caught() {
        return new Frame(run, this, new TextBuilder(), place);
    }

    /** A scope within this one whose output is caught, for a call from another frame. */
    Frame caughtFor(Frame caller) {
        return new Frame(caller.run, this, new TextBuilder(), caller.place);
    }

    /** A scope whose output is what {@code {% generation %}} marks. */
    Frame generating() {
        return place.generation() >= 0 ? inner() : new Frame(run, this, output, place.generating(run.nextGeneration()));
    }

    Run run() {
        return run;
    }

    /** The frame that has no parent. */
    Frame root() {
        Frame frame = this;
        while (frame.parent != null) {
            frame = frame.parent;
        }
        return frame;
    }

    void write(Text text) {
        output.write(text, place);
    }

    Text written() {
        return output.build();
    }

    void set(String name, @Nullable Object value) {
        variables.put(name, value);
        // A loop over positions takes its message by an assignment.
        if (searching && value instanceof Dict dict && dict.tag() != null) {
            place = place.within(dict.tag());
            searching = false;
        }
    }

    @Nullable
    Object get(String name) {
        for (Frame frame = this; frame != null; frame = frame.parent) {
            Object value = frame.variables.getOrDefault(name, MISSING);
            if (value != MISSING) {
                return value;
            }
        }
        Function function = Globals.get(name);
        return function == null ? Undefined.name(name) : function;
    }
}
