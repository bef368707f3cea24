package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;

/** What attention's forward and backward share. Queries come in tiles of sixteen, one in each lane; keys in blocks of sixteen. */
abstract class AttentionCode extends TwinKernel {
    /** Less than any score, but a number: minus infinity less itself would be none. */
    static final float LOWEST = -1e30f;

    /** Bytes of sixteen vectors. */
    static final int BLOCK = LANES * VECTOR;

    private final Memory packed = local();
    private final Memory pairRow = local();
    private final Memory scratch;

    /** @param arguments of which the last one is memory to work in */
    AttentionCode(String name, int arguments) {
        super(name, arguments);
        scratch = argument(arguments - 1);
    }

    final Memory scratch() {
        return scratch;
    }

    final void atScratch(Gp register, int offset) {
        mov(register, scratch);
        add(register, offset);
    }

    /** Pairs in sixteen elements. */
    final int pairs() {
        return VECTOR / Integer.BYTES / ofPair();
    }

    /** Elements that are multiplied as one: floats have no pairs. */
    final int ofPair() {
        return isWide() ? 1 : 2;
    }

    /** Adds products of pairs. */
    final void addProducts(Vector sum, Vector a, Operand b) {
        if (isWide()) {
            vfmadd231ps(sum, a, b);
        } else {
            vdpbf16ps(sum, a, b);
        }
    }

    /** Bytes of a tile or a block in any of the packed orders: sixteen rows. */
    final Memory packed() {
        return packed;
    }

    /** Bytes of a row of pairs, or of floats. */
    final Memory pairRow() {
        return pairRow;
    }

    final void prepare(Memory width) {
        mov(Gp.RAX, width);
        shl(Gp.RAX, 2);
        mov(pairRow, Gp.RAX);
        shl(Gp.RAX, Integer.numberOfTrailingZeros(pairs()));
        mov(packed, Gp.RAX);
        prepareExp2();
    }

    /** {@code target = base + count * bytes}; overwrites RAX and RDX. */
    final void address(Gp target, Memory base, Memory count, Memory bytes) {
        mov(target, base);
        mov(Gp.RAX, count);
        mov(Gp.RDX, bytes);
        imul(Gp.RAX, Gp.RDX);
        add(target, Gp.RAX);
    }

    /** A mask of the tile's queries that there are, in k1, and their number, possibly more than sixteen, in RCX. Overwrites RAX and RBP. */
    final void maskOfQueries(Memory rows, Memory tile) {
        mov(Gp.RAX, tile);
        shl(Gp.RAX, 4);
        mov(Gp.RCX, rows);
        sub(Gp.RCX, Gp.RAX);
        maskOfFirst(1, Gp.RCX, LANES);
    }

    /**
     * Adds to a tile at R11, {@code [width][16]} floats, the products of rows of pairs at R10 with vectors in scratch, one for each row.
     *
     * @param begin puts sixteen rows of the tile into registers 0 to 15
     * @param vectors where they are in scratch
     * @param blocks of sixteen elements of each lane that are summed over
     */
    final void addToTile(Memory width, Runnable begin, int vectors, Memory blocks) {
        mov(Gp.R9, pairRow);
        mov(Gp.R13, width);
        countDown(Gp.R13, LANES, () -> {
            begin.run();
            mov(Gp.RSI, Gp.R10);
            atScratch(Gp.R8, vectors);
            mov(Gp.RCX, blocks);
            shl(Gp.RCX, Integer.numberOfTrailingZeros(pairs()));
            addPairProducts();
            for (int i = 0; i < LANES; i++) {
                vmovups(Memory.at(Gp.R11, i * VECTOR), zmm(i));
            }
            add(Gp.R11, BLOCK);
            add(Gp.R10, VECTOR);
        });
    }

    /**
     * Adds to registers 0 to 15 the products of elements of {@code RSI}, sixteen of a row of pairs, with rows of {@code R8}, one vector each;
     * RCX rows, an even number, R9 bytes from one to the next at RSI.
     */
    private void addPairProducts() {
        countDown(Gp.RCX, 2, () -> {
            for (int row = 0; row < 2; row++) {
                vmovups(zmm(16 + row), Memory.at(Gp.R8, row * VECTOR));
                Memory elements =
                        row == 0 ? Memory.at(Gp.RSI) : Memory.at(Gp.RSI).index(Gp.R9, 1);
                for (int i = 0; i < LANES; i++) {
                    addProducts(
                            zmm(i),
                            zmm(16 + row),
                            elements.plus(i * Integer.BYTES).forAll());
                }
            }
            add(Gp.R8, 2 * VECTOR);
            lea(Gp.RSI, Memory.at(Gp.RSI).index(Gp.R9, 2));
        });
    }

    /**
     * Writes a tile, {@code [width][16]} floats at R11, times the vector at {@code factor} as rows at R12.
     *
     * @param rows of the sequence
     */
    final void writeTile(Memory factor, Memory width, Memory stride, Memory rows, Memory tile) {
        maskOfQueries(rows, tile);
        mov(Gp.RDX, stride);
        mov(Gp.R13, width);
        countDown(Gp.R13, LANES, () -> {
            vmovups(zmm(31), factor);
            for (int i = 0; i < LANES; i++) {
                vmulps(zmm(i), zmm(31), Memory.at(Gp.R11, i * VECTOR));
            }
            transpose();
            Label done = new Label();
            mov(Gp.RDI, Gp.R12);
            for (int row = 0; row < LANES; row++) {
                cmp(Gp.RCX, row);
                jump(Condition.AT_MOST, done);
                store(Memory.at(Gp.RDI), zmm(row));
                add(Gp.RDI, Gp.RDX);
            }
            place(done);
            add(Gp.R11, BLOCK);
            add(Gp.R12, rowBytes());
        });
    }
}
