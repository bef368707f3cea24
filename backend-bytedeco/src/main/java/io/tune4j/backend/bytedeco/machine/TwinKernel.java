package io.tune4j.backend.bytedeco.machine;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;

/** A kernel for rows of bf16 and of floats: the code for both, of which the last argument, the bytes of an element, says which one runs. */
abstract class TwinKernel extends VectorMath {
    private final int elementArgument;
    private boolean wide;

    /** @param arguments without the element's bytes */
    TwinKernel(String name, int arguments) {
        super(name, arguments + 1);
        elementArgument = arguments;
    }

    /** Writes the code for one of the two. */
    abstract void code();

    @Override
    final void body() {
        Label ofFloats = new Label();
        Label end = new Label();
        mov(Gp.RAX, argument(elementArgument));
        cmp(Gp.RAX, Float.BYTES);
        jump(Condition.EQUAL, ofFloats);
        wide = false;
        code();
        jump(end);
        place(ofFloats);
        wide = true;
        code();
        place(end);
    }

    /** Whether the code that is being written is for floats. */
    final boolean isWide() {
        return wide;
    }

    final int elementBytes() {
        return wide ? Float.BYTES : Short.BYTES;
    }

    /** Bytes of sixteen elements. */
    final int rowBytes() {
        return LANES * elementBytes();
    }

    /** Makes a number of elements one of bytes. */
    final void toBytes(Gp count) {
        shl(count, Integer.numberOfTrailingZeros(elementBytes()));
    }

    /** Sixteen elements as floats. */
    final void load(Vector target, Memory source) {
        if (wide) {
            vmovups(target, source);
        } else {
            widen(target, source);
        }
    }

    /** The opposite of {@link #load}; what is stored is what remains in the source. */
    final void store(Memory target, Vector source) {
        if (wide) {
            vmovups(target, source);
        } else {
            Vector narrow = Vector.ymm(source.number());
            vcvtneps2bf16(narrow, source);
            vmovups(target, narrow);
        }
    }
}
