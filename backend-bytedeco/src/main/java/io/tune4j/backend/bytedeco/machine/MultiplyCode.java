package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/**
 * A matrix product of packed operands, {@code [panels * 16, pairs]} by {@code [pairs, tiles * 16]}: sixteen rows by sixteen columns at a time, which
 * stay in registers for all pairs (Goto and van de Geijn 2008; the packing is the caller's).
 */
final class MultiplyCode extends VectorMath {
    /** Pairs of a turn of the loop. */
    static final int PAIRS = 4;

    private final Memory left = argument(0);
    private final Memory leftStride = argument(1);
    private final Memory right = argument(2);
    private final Memory rightStride = argument(3);
    private final Memory pairs = argument(4);
    private final Memory rows = argument(5);
    private final Memory columns = argument(6);
    private final Memory sums = argument(7);
    private final Memory sumsStride = argument(8);
    private final Memory begins = argument(9);
    private final Memory output = argument(10);
    private final Memory outputStride = argument(11);
    private final Memory adds = argument(12);
    private final Memory factor = argument(13);
    private final Memory byTiles = argument(14);

    private final Memory outerSums = local();
    private final Memory outerOutput = local();

    /**
     * {@code multiply(left, leftStride, right, rightStride, pairs, rows, columns, sums, sumsStride, begins, output, outputStride, adds, factor, byTiles)}.
     * Strides are bytes from one panel, tile or row to the next. {@code sums} are floats of which there are whole tiles and panels; 0 if these
     * pairs are all there are. {@code begins}: whether there is nothing in them yet. {@code output}: rows of bf16, 0 if more pairs are to
     * come; {@code adds}: whether the product, times the factor, is added to what is in it. Pairs are a multiple of {@link #PAIRS}.
     * {@code byTiles}: whether a tile is multiplied with all panels before the next tile comes, so that it stays in the first-level cache;
     * otherwise a panel with all tiles.
     */
    MultiplyCode() {
        super("multiply", 15);
    }

    @Override
    void body() {
        mov(Gp.R8, sumsStride);
        shl(Gp.R8, 4);
        mov(Gp.R9, outputStride);
        shl(Gp.R9, 4);
        mov(Gp.R12, left);
        mov(Gp.R13, right);
        mov(Gp.R14, rows);
        mov(Gp.R15, columns);
        mov(Gp.R10, sums);
        mov(Gp.R11, output);
        Label panels = new Label();
        Label end = new Label();
        mov(Gp.RAX, byTiles);
        cmp(Gp.RAX, 0);
        jump(Condition.EQUAL, panels);
        countDown(Gp.R15, LANES, () -> {
            mov(Gp.R12, left);
            mov(Gp.R14, rows);
            inner(() -> countDown(Gp.R14, LANES, () -> {
                multiply();
                nextPanel();
            }));
            nextTile();
        });
        jump(end);
        place(panels);
        countDown(Gp.R14, LANES, () -> {
            mov(Gp.R13, right);
            mov(Gp.R15, columns);
            inner(() -> countDown(Gp.R15, LANES, () -> {
                multiply();
                nextTile();
            }));
            nextPanel();
        });
        place(end);
    }

    /** Sums and output are where they were before the loop. */
    private void inner(Runnable loop) {
        mov(outerSums, Gp.R10);
        mov(outerOutput, Gp.R11);
        loop.run();
        mov(Gp.R10, outerSums);
        mov(Gp.R11, outerOutput);
    }

    private void nextPanel() {
        add(Gp.R12, leftStride);
        add(Gp.R10, Gp.R8);
        add(Gp.R11, Gp.R9);
    }

    private void nextTile() {
        add(Gp.R13, rightStride);
        add(Gp.R10, VECTOR);
        add(Gp.R11, VECTOR / 2);
    }

    private void multiply() {
        load();
        mov(Gp.RSI, Gp.R12);
        mov(Gp.RDI, Gp.R13);
        mov(Gp.RCX, pairs);
        countDown(Gp.RCX, PAIRS, () -> {
            for (int pair = 0; pair < PAIRS; pair++) {
                int at = pair * VECTOR;
                vmovups(zmm(16 + pair), Memory.at(Gp.RDI, at));
                for (int row = 0; row < LANES; row++) {
                    Memory element = Memory.at(Gp.RSI, at + row * Integer.BYTES);
                    vdpbf16ps(zmm(row), zmm(16 + pair), element.forAll());
                }
            }
            add(Gp.RSI, PAIRS * VECTOR);
            add(Gp.RDI, PAIRS * VECTOR);
        });
        store();
    }

    private void load() {
        Label known = new Label();
        Label end = new Label();
        mov(Gp.RAX, begins);
        cmp(Gp.RAX, 0);
        jump(Condition.EQUAL, known);
        for (int row = 0; row < LANES; row++) {
            zero(zmm(row));
        }
        jump(end);
        place(known);
        mov(Gp.RAX, Gp.R10);
        mov(Gp.RDX, sumsStride);
        for (int row = 0; row < LANES; row++) {
            vmovups(zmm(row), Memory.at(Gp.RAX));
            add(Gp.RAX, Gp.RDX);
        }
        place(end);
    }

    private void store() {
        Label narrow = new Label();
        Label end = new Label();
        mov(Gp.RAX, output);
        cmp(Gp.RAX, 0);
        jump(Condition.NOT_EQUAL, narrow);
        mov(Gp.RAX, Gp.R10);
        mov(Gp.RDX, sumsStride);
        for (int row = 0; row < LANES; row++) {
            vmovups(Memory.at(Gp.RAX), zmm(row));
            add(Gp.RAX, Gp.RDX);
        }
        jump(end);
        place(narrow);
        maskOfFirst(1, Gp.R15, LANES);
        mov(Gp.RDX, outputStride);
        vbroadcastss(zmm(17), factor);
        Label plain = new Label();
        mov(Gp.RAX, adds);
        cmp(Gp.RAX, 0);
        jump(Condition.EQUAL, plain);
        mov(Gp.RAX, Gp.R11);
        Label added = new Label();
        for (int row = 0; row < LANES; row++) {
            cmp(Gp.R14, row);
            jump(Condition.AT_MOST, added);
            widen(zmm(16).zeroUnless(1), Memory.at(Gp.RAX));
            vfmadd213ps(zmm(row), zmm(17), zmm(16));
            add(Gp.RAX, Gp.RDX);
        }
        place(added);
        Label scaled = new Label();
        jump(scaled);
        place(plain);
        for (int row = 0; row < LANES; row++) {
            vmulps(zmm(row), zmm(row), zmm(17));
        }
        place(scaled);
        mov(Gp.RAX, Gp.R11);
        for (int row = 0; row < LANES; row++) {
            cmp(Gp.R14, row);
            jump(Condition.AT_MOST, end);
            vcvtneps2bf16(ymm(row), zmm(row));
            vmovdqu16(Memory.at(Gp.RAX), ymm(row).where(1));
            add(Gp.RAX, Gp.RDX);
        }
        place(end);
    }
}
