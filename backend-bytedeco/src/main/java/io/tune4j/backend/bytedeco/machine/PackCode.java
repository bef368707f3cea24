package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import java.util.List;

/**
 * Puts rows of bf16 into the orders in which products want them. An instruction multiplies pairs of neighbours, so a pair is the unit: of
 * neighbours in a row, or of two rows.
 */
final class PackCode {
    private PackCode() {}

    static List<Kernel> kernels() {
        return List.of(new Columns(), new RowPairs(), new CopyRows(), new Scaled());
    }

    /**
     * {@code columns(source, stride, rows, width, target)}: sixteen rows at a time, {@code [block][width / 2][16]} pairs of neighbours in a
     * row. Rows that are missing in the last block, and elements to a width that is a multiple of 32, are zeros.
     */
    private static final class Columns extends VectorMath {
        Columns() {
            super("columns", 5);
        }

        @Override
        void body() {
            mov(Gp.RSI, argument(0));
            mov(Gp.RDI, argument(4));
            mov(Gp.RCX, argument(2));
            mov(Gp.RDX, argument(1));
            mov(Gp.R11, Gp.RDX);
            shl(Gp.R11, 4);
            countDown(Gp.RCX, LANES, () -> {
                mov(Gp.R8, argument(3));
                mov(Gp.R9, Gp.RSI);
                // 32 elements of each row make sixteen vectors of the target.
                countDown(Gp.R8, 2 * LANES, () -> {
                    maskOfFirst(1, Gp.R8, 2 * LANES);
                    mov(Gp.R10, Gp.R9);
                    for (int row = 0; row < LANES; row++) {
                        Label missing = new Label();
                        zero(zmm(row));
                        prefetcht1(Memory.at(Gp.R10).index(Gp.R11, 1));
                        cmp(Gp.RCX, row);
                        jump(Condition.AT_MOST, missing);
                        vmovdqu16(zmm(row).zeroUnless(1), Memory.at(Gp.R10));
                        place(missing);
                        add(Gp.R10, Gp.RDX);
                    }
                    transpose();
                    for (int column = 0; column < LANES; column++) {
                        vmovups(Memory.at(Gp.RDI, column * VECTOR), zmm(column));
                    }
                    add(Gp.RDI, LANES * VECTOR);
                    add(Gp.R9, VECTOR);
                });
                add(Gp.RSI, Gp.R11);
            });
        }
    }

    /**
     * {@code rowPairs(source, stride, rows, width, target, pairStride, tileStride)}: pairs of an element of a row and the one below it, sixteen
     * columns in a vector. Strides are bytes from a pair of rows to the next and from sixteen columns to the next. To multiples of sixteen rows
     * and columns there are zeros.
     */
    private static final class RowPairs extends VectorMath {
        RowPairs() {
            super("rowPairs", 7);
        }

        @Override
        void body() {
            mov(Gp.RSI, argument(0));
            mov(Gp.RDX, argument(1));
            mov(Gp.RCX, argument(2));
            mov(Gp.R12, argument(4));
            mov(Gp.R13, argument(5));
            mov(Gp.R14, argument(6));
            mov(Gp.R15, Gp.RDX);
            shl(Gp.R15, 4);
            mov(Gp.RBX, Gp.R15);
            add(Gp.RBX, Gp.RDX);
            mov(Gp.R11, Gp.RCX);
            add(Gp.R11, LANES - 1);
            and(Gp.R11, -LANES);
            countDown(Gp.R11, 2, () -> {
                mov(Gp.R8, argument(3));
                mov(Gp.R9, Gp.RSI);
                mov(Gp.RDI, Gp.R12);
                countDown(Gp.R8, LANES, () -> {
                    Label missing = new Label();
                    maskOfFirst(1, Gp.R8, LANES);
                    zero(zmm(0));
                    zero(zmm(1));
                    prefetcht1(Memory.at(Gp.R9).index(Gp.R15, 1));
                    prefetcht1(Memory.at(Gp.R9).index(Gp.RBX, 1));
                    cmp(Gp.RCX, 0);
                    jump(Condition.AT_MOST, missing);
                    vpmovzxwd(zmm(0).zeroUnless(1), Memory.at(Gp.R9));
                    cmp(Gp.RCX, 1);
                    jump(Condition.AT_MOST, missing);
                    widen(zmm(1).zeroUnless(1), Memory.at(Gp.R9).index(Gp.RDX, 1));
                    place(missing);
                    vpord(zmm(0), zmm(0), zmm(1));
                    vmovups(Memory.at(Gp.RDI), zmm(0));
                    add(Gp.RDI, Gp.R14);
                    add(Gp.R9, VECTOR / 2);
                });
                sub(Gp.RCX, 2);
                add(Gp.R12, Gp.R13);
                lea(Gp.RSI, Memory.at(Gp.RSI).index(Gp.RDX, 2));
            });
        }
    }

    /**
     * {@code copyRows(source, stride, rows, width, target)}: rows of floats without gaps, to a multiple of sixteen of them; missing ones are
     * zeros. The width is a multiple of sixteen.
     */
    private static final class CopyRows extends Kernel {
        CopyRows() {
            super("copyRows", 5);
        }

        @Override
        void body() {
            mov(Gp.RSI, argument(0));
            mov(Gp.RDX, argument(1));
            mov(Gp.RCX, argument(2));
            mov(Gp.RDI, argument(4));
            mov(Gp.R11, Gp.RCX);
            add(Gp.R11, LANES - 1);
            and(Gp.R11, -LANES);
            countDown(Gp.R11, 1, () -> {
                mov(Gp.R8, argument(3));
                mov(Gp.R9, Gp.RSI);
                countDown(Gp.R8, LANES, () -> {
                    Label missing = new Label();
                    zero(zmm(0));
                    cmp(Gp.RCX, 0);
                    jump(Condition.AT_MOST, missing);
                    vmovups(zmm(0), Memory.at(Gp.R9));
                    place(missing);
                    vmovups(Memory.at(Gp.RDI), zmm(0));
                    add(Gp.RDI, VECTOR);
                    add(Gp.R9, VECTOR);
                });
                sub(Gp.RCX, 1);
                add(Gp.RSI, Gp.RDX);
            });
        }
    }

    /** {@code scaled(source, rows, width, factor, target, stride, elementBytes)}: floats times a factor as rows. */
    private static final class Scaled extends TwinKernel {
        Scaled() {
            super("scaled", 6);
        }

        @Override
        void code() {
            mov(Gp.RSI, argument(0));
            mov(Gp.RDI, argument(4));
            mov(Gp.RDX, argument(5));
            mov(Gp.RCX, argument(1));
            vbroadcastss(zmm(1), argument(3));
            countDown(Gp.RCX, 1, () -> {
                mov(Gp.R8, argument(2));
                mov(Gp.R9, Gp.RDI);
                countDown(Gp.R8, LANES, () -> {
                    vmulps(zmm(0), zmm(1), Memory.at(Gp.RSI));
                    store(Memory.at(Gp.R9), zmm(0));
                    add(Gp.RSI, VECTOR);
                    add(Gp.R9, rowBytes());
                });
                add(Gp.RDI, Gp.RDX);
            });
        }
    }
}
