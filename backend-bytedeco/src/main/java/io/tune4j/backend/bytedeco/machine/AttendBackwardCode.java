package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/**
 * Gradients of {@link AttendCode} (Dao et al. 2022, algorithm 4): four tiles of queries at a time against four blocks of keys, whose
 * probabilities are computed again from the statistics. With the probabilities P of scores S and D the sum of a query's output times its
 * gradient, dV = P^T dO, dS = P (dO V^T - D), dQ = dS K and dK = dS^T Q.
 */
final class AttendBackwardCode extends AttentionCode {
    /** Tiles and blocks that are looked at together. */
    static final int TOGETHER = 4;

    private static final int STATISTICS = 0;
    private static final int OUTPUT_SUMS = STATISTICS + TOGETHER * VECTOR;
    private static final int FACTOR = OUTPUT_SUMS + TOGETHER * VECTOR;
    private static final int PAIRS = FACTOR + VECTOR;
    private static final int PROBABILITIES = PAIRS + TOGETHER * BLOCK;

    private final Memory queries = argument(0);
    private final Memory queryPairs = argument(1);
    private final Memory incoming = argument(2);
    private final Memory incomingPairs = argument(3);
    private final Memory outputs = argument(4);
    private final Memory keys = argument(5);
    private final Memory keyPairs = argument(6);
    private final Memory values = argument(7);
    private final Memory keySums = argument(8);
    private final Memory valueSums = argument(9);
    private final Memory gradient = argument(10);
    private final Memory stride = argument(11);
    private final Memory tile = argument(12);
    private final Memory endTile = argument(13);
    private final Memory rows = argument(14);
    private final Memory width = argument(15);
    private final Memory scale = argument(16);
    private final Memory factor = argument(17);
    private final Memory statistics = argument(18);

    private final Memory tiles = local();
    private final Memory endOfTiles = local();
    private final Memory block = local();
    private final Memory blocks = local();
    private final Memory inner = local();
    private final Memory innerTile = local();
    private final Memory visible = local();
    private final Memory floatTile = local();

    /**
     * {@code attendBackward(queries, queryPairs, incoming, incomingPairs, outputs, keys, keyPairs, values, keySums, valueSums, gradient, stride,
     * tile, endTile, rows, width, scale, factor, statistics, scratch, elementBytes)}. What is called pairs comes as {@code rowPairs}, the other operands as
     * {@code columns}; sums are floats, a row for each key. The scale has a factor of log2(e), {@code factor} has none and is applied to
     * the queries' gradients alone. The first tile's number is a multiple of {@link #TOGETHER}.
     */
    AttendBackwardCode() {
        super("attendBackward", 20);
    }

    static int scratchBytes(int width) {
        return PROBABILITIES + 2 * TOGETHER * TOGETHER * BLOCK + TOGETHER * width * VECTOR;
    }

    /** Bytes of the rows of {@link #TOGETHER} blocks of keys for one tile. */
    private int tileRows() {
        return TOGETHER * LANES * rowBytes();
    }

    /** Where in scratch the rows of the scores' gradients are. */
    private int scoreGradientRows() {
        return PROBABILITIES + TOGETHER * tileRows();
    }

    private int queryGradientSums() {
        return scoreGradientRows() + TOGETHER * tileRows();
    }

    @Override
    void code() {
        prepare(width);
        Memory never = constant(-LOWEST);
        mov(Gp.RAX, width);
        shl(Gp.RAX, 6);
        mov(floatTile, Gp.RAX);
        mov(Gp.RDI, scratch());
        vbroadcastss(zmm(0), factor);
        vmovups(Memory.at(Gp.RDI, FACTOR), zmm(0));
        upTo(tile, endTile, TOGETHER, () -> {
            mov(Gp.RAX, endTile);
            mov(Gp.RCX, tile);
            sub(Gp.RAX, Gp.RCX);
            atMost(Gp.RAX, TOGETHER);
            mov(tiles, Gp.RAX);
            add(Gp.RAX, Gp.RCX);
            mov(endOfTiles, Gp.RAX);
            begin(never);
            mov(Gp.RAX, 0);
            mov(block, Gp.RAX);
            upTo(block, endOfTiles, TOGETHER, () -> {
                mov(Gp.RAX, endOfTiles);
                mov(Gp.RCX, block);
                sub(Gp.RAX, Gp.RCX);
                atMost(Gp.RAX, TOGETHER);
                mov(blocks, Gp.RAX);
                eachTile(() -> {
                    mov(Gp.RAX, innerTile);
                    add(Gp.RAX, 1);
                    mov(Gp.RCX, block);
                    sub(Gp.RAX, Gp.RCX);
                    atMost(Gp.RAX, TOGETHER);
                    mov(visible, Gp.RAX);
                    scoreGradients();
                    queryGradients();
                });
                keyRows(PROBABILITIES, incomingPairs, valueSums);
                keyRows(scoreGradientRows(), queryPairs, keySums);
            });
            finish();
        });
    }

    /** Runs the body for each tile, with {@link #inner} its place among those together and {@link #innerTile} its number. */
    private void eachTile(Runnable body) {
        mov(Gp.RAX, 0);
        mov(inner, Gp.RAX);
        upTo(inner, tiles, 1, () -> {
            mov(Gp.RAX, inner);
            add(Gp.RAX, tile);
            mov(innerTile, Gp.RAX);
            body.run();
        });
    }

    private void begin(Memory never) {
        atScratch(Gp.RDI, queryGradientSums());
        mov(Gp.RCX, width);
        shl(Gp.RCX, 2);
        zero(zmm(0));
        countDown(Gp.RCX, 1, () -> {
            vmovups(Memory.at(Gp.RDI), zmm(0));
            add(Gp.RDI, VECTOR);
        });
        eachTile(() -> {
            address(Gp.RDI, incoming, inner, packed());
            address(Gp.RSI, outputs, inner, packed());
            mov(Gp.RCX, width);
            zero(zmm(0));
            countDown(Gp.RCX, ofPair(), () -> {
                vmovups(zmm(1), Memory.at(Gp.RDI));
                addProducts(zmm(0), zmm(1), Memory.at(Gp.RSI));
                add(Gp.RDI, VECTOR);
                add(Gp.RSI, VECTOR);
            });
            atScratch(Gp.RDI, 0);
            mov(Gp.RBX, inner);
            shl(Gp.RBX, 6);
            add(Gp.RDI, Gp.RBX);
            vmovups(Memory.at(Gp.RDI, OUTPUT_SUMS), zmm(0));
            // A query that is not there has no probabilities.
            maskOfQueries(rows, innerTile);
            vbroadcastss(zmm(1), never);
            mov(Gp.RSI, statistics);
            add(Gp.RSI, Gp.RBX);
            vmovups(zmm(1).where(1), Memory.at(Gp.RSI));
            vmovups(Memory.at(Gp.RDI, STATISTICS), zmm(1));
        });
    }

    /** Probabilities and gradients of the scores of one tile, as rows of keys, and the gradients as pairs of keys too. */
    private void scoreGradients() {
        atScratch(Gp.RBX, 0);
        mov(Gp.RAX, inner);
        shl(Gp.RAX, 6);
        add(Gp.RBX, Gp.RAX);
        vmovups(zmm(31), Memory.at(Gp.RBX, STATISTICS));
        vmovups(zmm(30), Memory.at(Gp.RBX, OUTPUT_SUMS));
        vbroadcastss(zmm(29), scale);
        address(Gp.RSI, keys, block, packed());
        address(Gp.RDI, values, block, packed());
        address(Gp.R8, queries, inner, packed());
        address(Gp.R9, incoming, inner, packed());
        mov(Gp.R10, inner);
        shl(Gp.R10, Integer.numberOfTrailingZeros(tileRows()));
        add(Gp.R10, scratch());
        atScratch(Gp.R12, PAIRS);
        mov(Gp.R14, block);
        mov(Gp.R15, visible);
        countDown(Gp.R15, 1, () -> {
            for (int first = 0; first < LANES; first += LANES / 2) {
                halfBlock(first);
            }
            add(Gp.RSI, packed());
            add(Gp.RDI, packed());
            add(Gp.R10, LANES * rowBytes());
            add(Gp.R12, pairs() * VECTOR);
            add(Gp.R14, 1);
        });
    }

    private void halfBlock(int first) {
        int half = LANES / 2;
        for (int i = 0; i < LANES; i++) {
            zero(zmm(i));
        }
        mov(Gp.RBX, Gp.R8);
        mov(Gp.RBP, Gp.R9);
        mov(Gp.RDX, Gp.RSI);
        mov(Gp.R13, Gp.RDI);
        mov(Gp.RCX, width);
        countDown(Gp.RCX, ofPair(), () -> {
            vmovups(zmm(16), Memory.at(Gp.RBX));
            vmovups(zmm(17), Memory.at(Gp.RBP));
            for (int i = 0; i < half; i++) {
                int at = (first + i) * Integer.BYTES;
                addProducts(zmm(i), zmm(16), Memory.at(Gp.RDX, at).forAll());
                addProducts(zmm(half + i), zmm(17), Memory.at(Gp.R13, at).forAll());
            }
            for (Gp pointer : new Gp[] {Gp.RBX, Gp.RBP, Gp.RDX, Gp.R13}) {
                add(pointer, VECTOR);
            }
        });
        for (int i = 0; i < half; i++) {
            vfmsub213ps(zmm(i), zmm(29), zmm(31));
            exp2(zmm(i), zmm(27), zmm(28));
        }
        Label past = new Label();
        cmp(Gp.R14, innerTile);
        jump(Condition.NOT_EQUAL, past);
        for (int i = 0; i < half; i++) {
            mov(Gp.RAX, 0xffff << (first + i) & 0xffff);
            kmovdFromRax(1);
            vmovups(zmm(i).zeroUnless(1), zmm(i));
        }
        place(past);
        for (int i = 0; i < half; i++) {
            vsubps(zmm(half + i), zmm(half + i), zmm(30));
            vmulps(zmm(half + i), zmm(half + i), zmm(i));
            storeRow(PROBABILITIES, first + i, i);
        }
        for (int i = 0; i < half; i += ofPair()) {
            Memory pair = Memory.at(Gp.R12, (first + i) / ofPair() * VECTOR);
            if (isWide()) {
                storeRow(scoreGradientRows(), first + i, half + i);
                vmovups(pair, zmm(half + i));
                continue;
            }
            for (int j = i; j < i + 2; j++) {
                storeRow(scoreGradientRows(), first + j, half + j);
                vpmovzxwd(zmm(half + j), ymm(half + j));
            }
            vpslld(zmm(half + i + 1), zmm(half + i + 1), 16);
            vpord(zmm(half + i), zmm(half + i), zmm(half + i + 1));
            vmovups(pair, zmm(half + i));
        }
    }

    /** A key's row of a tile's sixteen queries, at R10; what is stored is what remains in the register. */
    private void storeRow(int offset, int key, int register) {
        store(Memory.at(Gp.R10, offset + key * rowBytes()), zmm(register));
    }

    private void queryGradients() {
        address(Gp.R10, keyPairs, block, packed());
        address(Gp.R11, scratch(), inner, floatTile);
        add(Gp.R11, queryGradientSums());
        addToTile(
                width,
                () -> {
                    for (int i = 0; i < LANES; i++) {
                        vmovups(zmm(i), Memory.at(Gp.R11, i * VECTOR));
                    }
                },
                PAIRS,
                visible);
    }

    /**
     * Adds to the sums of the keys, eight at a time, their rows in scratch times all tiles' rows.
     *
     * @param offset of the keys' rows in scratch
     * @param pairs rows of queries, as pairs
     */
    private void keyRows(int offset, Memory pairs, Memory sums) {
        int together = LANES / 2;
        address(Gp.RDI, sums, block, floatTile);
        mov(Gp.R14, 0);
        mov(Gp.R15, blocks);
        add(Gp.R15, Gp.R15);
        mov(Gp.R9, pairRow());
        countDown(Gp.R15, 1, () -> {
            // No tile before the one that has these keys among its own positions sees them.
            Label earlier = new Label();
            mov(Gp.R8, 0);
            mov(Gp.RAX, block);
            cmp(Gp.RAX, tile);
            jump(Condition.NOT_EQUAL, earlier);
            mov(Gp.R8, Gp.R14);
            sar(Gp.R8, 1);
            place(earlier);
            mov(Gp.R10, Gp.RDI);
            mov(Gp.R12, packed());
            imul(Gp.R12, Gp.R8);
            add(Gp.R12, pairs);
            mov(Gp.R11, Gp.R8);
            shl(Gp.R11, Integer.numberOfTrailingZeros(tileRows()));
            add(Gp.R11, scratch());
            add(Gp.R11, offset);
            mov(Gp.RAX, Gp.R14);
            shl(Gp.RAX, Integer.numberOfTrailingZeros(together * rowBytes()));
            add(Gp.R11, Gp.RAX);
            mov(Gp.R13, width);
            countDown(Gp.R13, 2 * LANES, () -> {
                mov(Gp.RAX, Gp.R10);
                for (int i = 0; i < together; i++) {
                    vmovups(zmm(2 * i), Memory.at(Gp.RAX));
                    vmovups(zmm(2 * i + 1), Memory.at(Gp.RAX, VECTOR));
                    add(Gp.RAX, Gp.R9);
                }
                mov(Gp.RBX, Gp.R12);
                mov(Gp.RSI, Gp.R11);
                mov(Gp.RCX, tiles);
                sub(Gp.RCX, Gp.R8);
                countDown(Gp.RCX, 1, () -> {
                    for (int pair = 0; pair < pairs(); pair++) {
                        vmovups(zmm(16), Memory.at(Gp.RBX));
                        vmovups(zmm(17), Memory.at(Gp.RBX, VECTOR));
                        add(Gp.RBX, Gp.R9);
                        for (int i = 0; i < together; i++) {
                            Memory element = Memory.at(Gp.RSI, i * rowBytes() + pair * Integer.BYTES);
                            addProducts(zmm(2 * i), zmm(16), element.forAll());
                            addProducts(zmm(2 * i + 1), zmm(17), element.forAll());
                        }
                    }
                    add(Gp.RSI, tileRows());
                });
                mov(Gp.RAX, Gp.R10);
                for (int i = 0; i < together; i++) {
                    vmovups(Memory.at(Gp.RAX), zmm(2 * i));
                    vmovups(Memory.at(Gp.RAX, VECTOR), zmm(2 * i + 1));
                    add(Gp.RAX, Gp.R9);
                }
                add(Gp.R10, 2 * VECTOR);
                add(Gp.R12, 2 * VECTOR);
            });
            lea(Gp.RDI, Memory.at(Gp.RDI).index(Gp.R9, together));
            add(Gp.R14, 1);
        });
    }

    private void finish() {
        eachTile(() -> {
            address(Gp.R11, scratch(), inner, floatTile);
            add(Gp.R11, queryGradientSums());
            mov(Gp.R12, gradient);
            mov(Gp.RAX, stride);
            shl(Gp.RAX, 4);
            add(Gp.RAX, gradient);
            mov(gradient, Gp.RAX);
            mov(Gp.RBX, scratch());
            writeTile(Memory.at(Gp.RBX, FACTOR), width, stride, rows, innerTile);
        });
        mov(Gp.RCX, packed());
        shl(Gp.RCX, Integer.numberOfTrailingZeros(TOGETHER));
        for (Memory operand : new Memory[] {queries, queryPairs, incoming, incomingPairs, outputs}) {
            mov(Gp.RAX, operand);
            add(Gp.RAX, Gp.RCX);
            mov(operand, Gp.RAX);
        }
        mov(Gp.RAX, statistics);
        add(Gp.RAX, TOGETHER * VECTOR);
        mov(statistics, Gp.RAX);
    }
}
