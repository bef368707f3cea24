package io.tune4j.backend.bytedeco.machine;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/** The instructions on general registers, jumps, and how memory is addressed. */
abstract class GeneralInstructions {
    private static final int REX_W = 0x48;
    private static final int NO_INDEX = 4;

    private final CodeBuffer code = new CodeBuffer();

    /** Conditions of jumps, by their encoding; numbers have signs. */
    enum Condition {
        EQUAL(0x4),
        NOT_EQUAL(0x5),
        LESS(0xc),
        AT_LEAST(0xd),
        AT_MOST(0xe),
        GREATER(0xf);

        private final int bits;

        Condition(int bits) {
            this.bits = bits;
        }
    }

    final void emit(int value) {
        code.add(value);
    }

    final int position() {
        return code.size();
    }

    final byte[] toBytes() {
        return code.toBytes();
    }

    /** ModRM, SIB and displacement; a displacement in one byte counts in units. */
    final void memoryOperand(int reg, Memory memory, int unit) {
        int displacement = memory.displacement();
        boolean isShort = displacement % unit == 0
                && displacement / unit >= Byte.MIN_VALUE
                && displacement / unit <= Byte.MAX_VALUE;
        int mode = isShort ? 1 : 2;
        Gp base = memory.base();
        if (memory.index() != null || base.low() == NO_INDEX) {
            int index = memory.index() == null ? NO_INDEX : memory.index().low();
            emit(mode << 6 | reg << 3 | NO_INDEX);
            emit(Integer.numberOfTrailingZeros(memory.scale()) << 6 | index << 3 | base.low());
        } else {
            emit(mode << 6 | reg << 3 | base.low());
        }
        if (isShort) {
            emit(displacement / unit);
        } else {
            code.addInt(displacement);
        }
    }

    private void rex(int reg, int index, int base) {
        emit(REX_W | reg << 2 | index << 1 | base);
    }

    private void registers(int opcode, Gp target, Gp source) {
        rex(source.high(), 0, target.high());
        emit(opcode);
        emit(3 << 6 | source.low() << 3 | target.low());
    }

    private void memory(int opcode, Gp register, Memory memory) {
        rex(
                register.high(),
                memory.index() == null ? 0 : memory.index().high(),
                memory.base().high());
        emit(opcode);
        memoryOperand(register.low(), memory, 1);
    }

    private void immediate(int extension, Gp target, int value) {
        rex(0, 0, target.high());
        emit(0x81);
        emit(3 << 6 | extension << 3 | target.low());
        code.addInt(value);
    }

    final void mov(Gp target, Gp source) {
        registers(0x89, target, source);
    }

    final void mov(Gp target, Memory source) {
        memory(0x8b, target, source);
    }

    /** A word without a sign. */
    final void movzx(Gp target, Memory source) {
        rex(
                target.high(),
                source.index() == null ? 0 : source.index().high(),
                source.base().high());
        emit(0x0f);
        emit(0xb7);
        memoryOperand(target.low(), source, 1);
    }

    final void mov(Memory target, Gp source) {
        memory(0x89, source, target);
    }

    /** A number, or 32 bits of one, with its sign. */
    final void mov(Gp target, int value) {
        rex(0, 0, target.high());
        emit(0xc7);
        emit(3 << 6 | target.low());
        code.addInt(value);
    }

    /** Asks for the line of memory, which need not exist, to be brought into the second-level cache. */
    final void prefetcht1(Memory line) {
        rex(0, line.index() == null ? 0 : line.index().high(), line.base().high());
        emit(0x0f);
        emit(0x18);
        memoryOperand(2, line, 1);
    }

    final void lea(Gp target, Memory source) {
        memory(0x8d, target, source);
    }

    final void add(Gp target, Gp source) {
        registers(0x01, target, source);
    }

    final void add(Gp target, int value) {
        immediate(0, target, value);
    }

    final void add(Gp target, Memory source) {
        memory(0x03, target, source);
    }

    final void sub(Gp target, Gp source) {
        registers(0x29, target, source);
    }

    final void sub(Gp target, int value) {
        immediate(5, target, value);
    }

    final void and(Gp target, int value) {
        immediate(4, target, value);
    }

    final void cmp(Gp a, Gp b) {
        registers(0x39, a, b);
    }

    final void cmp(Gp a, int value) {
        immediate(7, a, value);
    }

    final void cmp(Gp a, Memory b) {
        memory(0x3b, a, b);
    }

    final void imul(Gp target, Gp source) {
        rex(target.high(), 0, source.high());
        emit(0x0f);
        emit(0xaf);
        emit(3 << 6 | target.low() << 3 | source.low());
    }

    /** Up by so many bits. */
    final void shl(Gp target, int count) {
        rex(0, 0, target.high());
        emit(0xc1);
        emit(3 << 6 | 4 << 3 | target.low());
        emit(count);
    }

    /** Down by so many bits, with the sign. */
    final void sar(Gp target, int count) {
        rex(0, 0, target.high());
        emit(0xc1);
        emit(3 << 6 | 7 << 3 | target.low());
        emit(count);
    }

    /** {@code 2^count - 1} of the source's bits: those below the count (BMI2). */
    final void bzhi(Gp target, Gp source, Gp count) {
        emit(0xc4);
        emit((target.high() ^ 1) << 7 | 1 << 6 | (source.high() ^ 1) << 5 | 2);
        emit(1 << 7 | (count.ordinal() ^ 0xf) << 3);
        emit(0xf5);
        emit(3 << 6 | target.low() << 3 | source.low());
    }

    final void push(Gp register) {
        emit(0x40 | register.high());
        emit(0x50 | register.low());
    }

    final void pop(Gp register) {
        emit(0x40 | register.high());
        emit(0x58 | register.low());
    }

    final void ret() {
        emit(0xc3);
    }

    /** The label's place is here. */
    final void place(Label label) {
        label.placeAt(position());
        label.uses().forEach(use -> code.setInt(use, label.place() - use - Integer.BYTES));
    }

    /** A label here. */
    final Label here() {
        Label label = new Label();
        place(label);
        return label;
    }

    final void jump(Condition condition, Label label) {
        emit(0x0f);
        emit(0x80 | condition.bits);
        distance(label);
    }

    final void jump(Label label) {
        emit(0xe9);
        distance(label);
    }

    private void distance(Label label) {
        int at = position();
        label.useAt(at);
        code.addInt(label.isPlaced() ? label.place() - at - Integer.BYTES : 0);
    }
}
