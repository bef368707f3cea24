package io.tune4j.backend.bytedeco.machine;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;
import java.util.List;

/**
 * One function that Java calls as a static native method whose arguments are all {@code long}: the frame on the stack, in which arguments,
 * numbers between and constants have their places. Within {@link #body} all general registers but RSP are free.
 */
abstract class Kernel extends Assembler {
    private static final List<Gp> SAVED = List.of(Gp.RBX, Gp.RBP, Gp.R12, Gp.R13, Gp.R14, Gp.R15);

    /** Behind the JVM's environment and the class, as the System V calling convention has them. */
    private static final List<Gp> IN_REGISTERS = List.of(Gp.RDX, Gp.RCX, Gp.R8, Gp.R9);

    private static final int SLOT = Long.BYTES;
    private static final int FRAME_SLOTS = 80;
    private static final int FRAME = FRAME_SLOTS * SLOT;

    private final String name;
    private final int arguments;
    private int slots;

    /**
     * @param name of the native method
     * @param arguments its number of arguments
     */
    Kernel(String name, int arguments) {
        this.name = name;
        this.arguments = arguments;
        slots = arguments;
    }

    final String name() {
        return name;
    }

    final int arguments() {
        return arguments;
    }

    /** Writes what is between the frame's beginning and end. */
    abstract void body();

    /** The whole function. */
    final byte[] assemble() {
        SAVED.forEach(this::push);
        sub(Gp.RSP, FRAME);
        for (int i = 0; i < arguments; i++) {
            Gp from = Gp.RAX;
            if (i < IN_REGISTERS.size()) {
                from = IN_REGISTERS.get(i);
            } else {
                int above = FRAME + SAVED.size() * SLOT + SLOT + (i - IN_REGISTERS.size()) * SLOT;
                mov(from, Memory.at(Gp.RSP, above));
            }
            mov(argument(i), from);
        }
        body();
        vzeroupper();
        add(Gp.RSP, FRAME);
        for (int i = SAVED.size() - 1; i >= 0; i--) {
            pop(SAVED.get(i));
        }
        ret();
        return toBytes();
    }

    final Memory argument(int index) {
        return Memory.at(Gp.RSP, index * SLOT);
    }

    /** A place for a number between. */
    final Memory local() {
        if (slots == FRAME_SLOTS) {
            throw new IllegalStateException("the frame of " + name + " is full");
        }
        return Memory.at(Gp.RSP, slots++ * SLOT);
    }

    /** A place that holds a constant from here on; overwrites RAX. */
    final Memory constant(float value) {
        Memory place = local();
        mov(Gp.RAX, Float.floatToRawIntBits(value));
        mov(place, Gp.RAX);
        return place.forAll();
    }

    /** Makes a vector zero. */
    final void zero(Vector vector) {
        vpxord(vector, vector, vector);
    }

    /** Runs the body while the counter, from what it is, is greater than zero, and takes the step from it each time. */
    final void countDown(Gp counter, int step, Runnable body) {
        Label end = new Label();
        cmp(counter, 0);
        jump(Condition.AT_MOST, end);
        Label again = here();
        body.run();
        sub(counter, step);
        jump(Condition.GREATER, again);
        place(end);
    }

    /** Runs the body with {@code counter} from its value below {@code end}; the body may use all registers. */
    final void upTo(Memory counter, Memory end, int step, Runnable body) {
        Label again = here();
        Label done = new Label();
        mov(Gp.RAX, counter);
        cmp(Gp.RAX, end);
        jump(Condition.AT_LEAST, done);
        body.run();
        mov(Gp.RAX, counter);
        add(Gp.RAX, step);
        mov(counter, Gp.RAX);
        jump(again);
        place(done);
    }

    /** Mask register {@code k} for the first lanes, as many as {@code count} says, at most {@code most}; overwrites RAX and RBP. */
    final void maskOfFirst(int k, Gp count, int most) {
        mov(Gp.RBP, count);
        atMost(Gp.RBP, most);
        mov(Gp.RAX, -1);
        bzhi(Gp.RAX, Gp.RAX, Gp.RBP);
        kmovdFromRax(k);
    }

    /** {@code target = min(target, bound)}. */
    final void atMost(Gp target, int bound) {
        Label fits = new Label();
        cmp(target, bound);
        jump(Condition.AT_MOST, fits);
        mov(target, bound);
        place(fits);
    }
}
