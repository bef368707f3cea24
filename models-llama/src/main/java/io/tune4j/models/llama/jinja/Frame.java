package io.tune4j.models.llama.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a statement is executed: the variables it sees, where its output goes, and how its output is marked. */
final class Frame {
    /** What is found for a name that no frame has. */
    private static final Object MISSING = new Object();

    private final Run run;
    private final @Nullable Frame parent;
    private final TextBuilder output;
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    private final int generation;
    private final boolean loop;
    private @Nullable Object owner;

    private Frame(
            Run run, @Nullable Frame parent, TextBuilder output, @Nullable Object owner, int generation, boolean loop) {
        this.run = run;
        this.parent = parent;
        this.output = output;
        this.owner = owner;
        this.generation = generation;
        this.loop = loop;
    }

    /** The outermost frame of a rendering. */
    static Frame root(Run run) {
        return new Frame(run, null, new TextBuilder(), null, -1, false);
    }

    /** A scope within this one. */
    Frame inner() {
        return new Frame(run, this, output, owner, generation, false);
    }

    /**
     * One turn of a loop.
     *
     * @param item over which the loop is running; a tagged dictionary owns what is written
     */
    Frame turn(@Nullable Object item) {
        Object tag = item instanceof Dict dict ? dict.tag() : null;
        return new Frame(run, this, output, tag == null ? owner : tag, generation, true);
    }

    /** A scope whose output is caught. */
    Frame caught() {
        return new Frame(run, this, new TextBuilder(), owner, generation, false);
    }

    /** A scope within this one whose output is caught, for a call from another frame. */
    Frame caughtFor(Frame caller) {
        return new Frame(caller.run, this, new TextBuilder(), caller.owner, caller.generation, false);
    }

    /** A scope whose output is what {@code {% generation %}} marks. */
    Frame generating() {
        return new Frame(run, this, output, owner, generation < 0 ? run.nextGeneration() : generation, false);
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
        output.write(text, owner, generation);
    }

    Text written() {
        return output.build();
    }

    void set(String name, @Nullable Object value) {
        variables.put(name, value);
        // A loop over positions takes its message by an assignment.
        if (loop && owner == null && value instanceof Dict dict) {
            owner = dict.tag();
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
