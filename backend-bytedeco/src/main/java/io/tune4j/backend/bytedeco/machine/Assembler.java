package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;

/**
 * Encodes x86-64 instructions as far as the kernels need them: general registers of 64 bits and AVX-512. Methods have the instructions'
 * names and Intel's order of operands, target first. The encoding is that of Intel's Software Developer's Manual, volume 2, chapters 2.2 (REX)
 * and 2.7 (EVEX).
 */
abstract class Assembler extends GeneralInstructions {
    private static final int NONE = 0;
    private static final int P66 = 1;
    private static final int F3 = 2;
    private static final int F2 = 3;

    private static final int MAP_0F = 1;
    private static final int MAP_0F38 = 2;
    private static final int MAP_0F3A = 3;

    /** Lanes of a vector of 32-bit elements. */
    static final int LANES = 16;

    /** Bytes of a vector. */
    static final int VECTOR = 64;

    /** An instruction's place in the tables of the manual. */
    private record Code(int prefix, int map, int wide, int opcode) {}

    private static Code code(int prefix, int map, int opcode) {
        return new Code(prefix, map, 0, opcode);
    }

    private static Code wide(int prefix, int map, int opcode) {
        return new Code(prefix, map, 1, opcode);
    }

    /** Memory as large as the register beside it. */
    private static int bytes(Vector vector) {
        return vector.bits() / Byte.SIZE;
    }

    /**
     * One EVEX instruction.
     *
     * @param reg register number in the operand's {@code reg} field, or an opcode's extension
     * @param second register number in {@code vvvv}, 0 if there is none
     * @param lanes whose width and mask the instruction has
     * @param memoryBytes that the operand reads if it is memory: small displacements count in them
     */
    private void evex(Code code, int reg, int second, Operand operand, Vector lanes, int memoryBytes) {
        boolean broadcast = operand instanceof Memory memory && memory.broadcast();
        int x;
        int b;
        if (operand instanceof Memory memory) {
            x = memory.index() == null ? 0 : memory.index().high();
            b = memory.base().high();
        } else {
            x = ((Vector) operand).number() >> 4;
            b = ((Vector) operand).number() >> 3 & 1;
        }
        emit(0x62);
        emit((reg >> 3 & 1 ^ 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | (reg >> 4 ^ 1) << 4 | code.map);
        emit(code.wide << 7 | (second & 0xf ^ 0xf) << 3 | 1 << 2 | code.prefix);
        int width = lanes.bits() == 512 ? 2 : lanes.bits() == 256 ? 1 : 0;
        emit((lanes.zeroing() ? 1 : 0) << 7
                | width << 5
                | (broadcast ? 1 : 0) << 4
                | (second >> 4 ^ 1) << 3
                | lanes.mask());
        emit(code.opcode);
        if (operand instanceof Memory memory) {
            memoryOperand(reg & 7, memory, broadcast ? code.wide == 1 ? Long.BYTES : Integer.BYTES : memoryBytes);
        } else {
            emit(3 << 6 | (reg & 7) << 3 | ((Vector) operand).number() & 7);
        }
    }

    private void two(Code code, Vector target, Operand source) {
        evex(code, target.number(), 0, source, target, bytes(target));
    }

    private void three(Code code, Vector target, Vector first, Operand second) {
        evex(code, target.number(), first.number(), second, target, bytes(target));
    }

    private void store(Code code, Memory target, Vector source) {
        evex(code, source.number(), 0, target, source, bytes(source));
    }

    /** A load of 32-bit elements, or a copy of a register. */
    void vmovups(Vector target, Operand source) {
        two(code(NONE, MAP_0F, 0x10), target, source);
    }

    /** A store of 32-bit elements. */
    void vmovups(Memory target, Vector source) {
        store(code(NONE, MAP_0F, 0x11), target, source);
    }

    /** A load of 16-bit elements. */
    void vmovdqu16(Vector target, Memory source) {
        two(wide(F2, MAP_0F, 0x6f), target, source);
    }

    /** A store of 16-bit elements. */
    void vmovdqu16(Memory target, Vector source) {
        store(wide(F2, MAP_0F, 0x7f), target, source);
    }

    /** A store of the lowest element. */
    void vmovss(Memory target, Vector source) {
        evex(code(F3, MAP_0F, 0x11), source.number(), 0, target, Vector.xmm(source.number()), Float.BYTES);
    }

    /** An element for all lanes. */
    void vbroadcastss(Vector target, Memory source) {
        Memory element = new Memory(source.base(), source.index(), source.scale(), source.displacement(), false);
        evex(code(P66, MAP_0F38, 0x18), target.number(), 0, element, target, Float.BYTES);
    }

    /** A general register's lower 32 bits for all lanes. */
    void vpbroadcastd(Vector target, Gp source) {
        evex(code(P66, MAP_0F38, 0x7c), target.number(), 0, zmm(source.ordinal()), target, 0);
    }

    void vaddps(Vector target, Vector a, Operand b) {
        three(code(NONE, MAP_0F, 0x58), target, a, b);
    }

    void vmulps(Vector target, Vector a, Operand b) {
        three(code(NONE, MAP_0F, 0x59), target, a, b);
    }

    void vsubps(Vector target, Vector a, Operand b) {
        three(code(NONE, MAP_0F, 0x5c), target, a, b);
    }

    void vdivps(Vector target, Vector a, Operand b) {
        three(code(NONE, MAP_0F, 0x5e), target, a, b);
    }

    void vmaxps(Vector target, Vector a, Operand b) {
        three(code(NONE, MAP_0F, 0x5f), target, a, b);
    }

    void vsqrtps(Vector target, Operand source) {
        two(code(NONE, MAP_0F, 0x51), target, source);
    }

    /** {@code target = target * a + b}. */
    void vfmadd213ps(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F38, 0xa8), target, a, b);
    }

    /** {@code target = a * b + target}. */
    void vfmadd231ps(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F38, 0xb8), target, a, b);
    }

    /** {@code target = target * a - b}. */
    void vfmsub213ps(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F38, 0xaa), target, a, b);
    }

    /** {@code target = target - a * b}. */
    void vfnmadd231ps(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F38, 0xbc), target, a, b);
    }

    /** Adds the products of the two pairs of bf16 that lie in each lane. */
    void vdpbf16ps(Vector target, Vector a, Operand b) {
        three(code(F3, MAP_0F38, 0x52), target, a, b);
    }

    /** Sixteen floats to bf16, in the lower half of the target. */
    void vcvtneps2bf16(Vector target, Vector source) {
        evex(code(F3, MAP_0F38, 0x72), target.number(), 0, source, target.bits() == 256 ? zmm(0) : target, VECTOR);
    }

    /** Sixteen words to doublewords. */
    void vpmovzxwd(Vector target, Operand source) {
        evex(code(P66, MAP_0F38, 0x33), target.number(), 0, source, target, VECTOR / 2);
    }

    /** Sixteen bytes to doublewords. */
    void vpmovzxbd(Vector target, Operand source) {
        evex(code(P66, MAP_0F38, 0x31), target.number(), 0, source, target, VECTOR / 4);
    }

    /** Shifts each doubleword up. */
    void vpslld(Vector target, Operand source, int count) {
        evex(code(P66, MAP_0F, 0x72), 6, target.number(), source, target, VECTOR);
        emit(count);
    }

    /** Shifts each doubleword down. */
    void vpsrld(Vector target, Operand source, int count) {
        evex(code(P66, MAP_0F, 0x72), 2, target.number(), source, target, VECTOR);
        emit(count);
    }

    void vpandd(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F, 0xdb), target, a, b);
    }

    void vpord(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F, 0xeb), target, a, b);
    }

    void vpxord(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F, 0xef), target, a, b);
    }

    /** To the nearest integer, of two that are as near the even one. */
    void vrndscaleps(Vector target, Operand source) {
        two(code(P66, MAP_0F3A, 0x08), target, source);
        emit(0);
    }

    /** {@code target = a * 2^floor(b)}. */
    void vscalefps(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F38, 0x2c), target, a, b);
    }

    /** {@code floor(log2(source))}. */
    void vgetexpps(Vector target, Operand source) {
        two(code(P66, MAP_0F38, 0x42), target, source);
    }

    /** The source without its exponent: in [1, 2). */
    void vgetmantps(Vector target, Operand source) {
        two(code(P66, MAP_0F3A, 0x26), target, source);
        emit(0);
    }

    /** Element {@code index[lane]} of the table's sixteen, for each lane. */
    void vpermps(Vector target, Vector index, Operand table) {
        three(code(P66, MAP_0F38, 0x16), target, index, table);
    }

    void vpunpckldq(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F, 0x62), target, a, b);
    }

    void vpunpckhdq(Vector target, Vector a, Operand b) {
        three(code(P66, MAP_0F, 0x6a), target, a, b);
    }

    void vpunpcklqdq(Vector target, Vector a, Operand b) {
        three(wide(P66, MAP_0F, 0x6c), target, a, b);
    }

    void vpunpckhqdq(Vector target, Vector a, Operand b) {
        three(wide(P66, MAP_0F, 0x6d), target, a, b);
    }

    /** Two quarters of each source, by the pairs of bits of {@code order}. */
    void vshufi32x4(Vector target, Vector a, Operand b, int order) {
        three(code(P66, MAP_0F3A, 0x43), target, a, b);
        emit(order);
    }

    /** Elements within each quarter, by the pairs of bits of {@code order}. */
    void vpermilps(Vector target, Operand source, int order) {
        two(code(P66, MAP_0F3A, 0x04), target, source);
        emit(order);
    }

    /** RAX's lower 32 bits as a mask, of as many lanes as the instruction that it is used with has. */
    void kmovdFromRax(int mask) {
        emit(0xc5);
        emit(0xfb);
        emit(0x92);
        emit(3 << 6 | mask << 3);
    }

    void vzeroupper() {
        emit(0xc5);
        emit(0xf8);
        emit(0x77);
    }
}
