package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/**
 * Causal attention of the queries of one head, as flash attention does it (Dao et al. 2022, algorithm 1): scores of some keys at a time,
 * whose largest and whose sum are corrected as more come.
 */
final class AttendCode extends AttentionCode {
    /** Blocks of keys whose scores are in memory at a time. */
    private static final int CHUNK = 8;

    private static final int LARGEST = 0;
    private static final int SUM = VECTOR;
    private static final int FACTOR = 2 * VECTOR;
    private static final int SCORES = 3 * VECTOR;
    private static final int PROBABILITIES = SCORES + CHUNK * BLOCK;
    private static final int OUTPUT = PROBABILITIES + CHUNK * BLOCK;

    private final Memory queries = argument(0);
    private final Memory keys = argument(1);
    private final Memory values = argument(2);
    private final Memory output = argument(3);
    private final Memory stride = argument(4);
    private final Memory tile = argument(5);
    private final Memory endTile = argument(6);
    private final Memory rows = argument(7);
    private final Memory width = argument(8);
    private final Memory scale = argument(9);
    private final Memory statistics = argument(10);

    private final Memory block = local();
    private final Memory endBlock = local();
    private final Memory count = local();
    private Memory lowest = scale;

    /**
     * {@code attend(queries, keys, values, output, stride, tile, endTile, rows, width, scale, statistics, scratch, elementBytes)}. Queries and keys come as
     * {@code columns}, values as {@code rowPairs}. The scale has a factor of log2(e); statistics are logarithms to the base 2.
     */
    AttendCode() {
        super("attend", 12);
    }

    /** What scratch must have room for. */
    static int scratchBytes(int width) {
        return OUTPUT + width * VECTOR;
    }

    @Override
    void code() {
        prepare(width);
        lowest = constant(LOWEST);
        upTo(tile, endTile, 1, () -> {
            begin();
            mov(Gp.RAX, 0);
            mov(block, Gp.RAX);
            mov(Gp.RAX, tile);
            add(Gp.RAX, 1);
            mov(endBlock, Gp.RAX);
            upTo(block, endBlock, CHUNK, () -> {
                mov(Gp.RAX, endBlock);
                mov(Gp.RCX, block);
                sub(Gp.RAX, Gp.RCX);
                atMost(Gp.RAX, CHUNK);
                mov(count, Gp.RAX);
                scores();
                probabilities();
                weigh();
            });
            finish();
        });
    }

    private void begin() {
        atScratch(Gp.RDI, OUTPUT);
        mov(Gp.RCX, width);
        zero(zmm(0));
        countDown(Gp.RCX, 1, () -> {
            vmovups(Memory.at(Gp.RDI), zmm(0));
            add(Gp.RDI, VECTOR);
        });
        mov(Gp.RDI, scratch());
        vmovups(Memory.at(Gp.RDI, SUM), zmm(0));
        vbroadcastss(zmm(0), lowest);
        vmovups(Memory.at(Gp.RDI, LARGEST), zmm(0));
    }

    /** Scores of the chunk's keys; their largest in register 31. */
    private void scores() {
        address(Gp.RSI, keys, block, packed());
        atScratch(Gp.RDI, SCORES);
        mov(Gp.R14, block);
        mov(Gp.R15, count);
        vbroadcastss(zmm(31), lowest);
        countDown(Gp.R15, 1, () -> {
            for (int key = 0; key < LANES; key++) {
                zero(zmm(key));
            }
            mov(Gp.R8, queries);
            mov(Gp.RCX, width);
            int atOnce = 2;
            countDown(Gp.RCX, ofPair() * atOnce, () -> {
                for (int pair = 0; pair < atOnce; pair++) {
                    vmovups(zmm(16 + pair), Memory.at(Gp.R8, pair * VECTOR));
                    for (int key = 0; key < LANES; key++) {
                        int at = pair * VECTOR + key * Integer.BYTES;
                        addProducts(
                                zmm(key), zmm(16 + pair), Memory.at(Gp.RSI, at).forAll());
                    }
                }
                add(Gp.RSI, atOnce * VECTOR);
                add(Gp.R8, atOnce * VECTOR);
            });
            Label past = new Label();
            cmp(Gp.R14, tile);
            jump(Condition.NOT_EQUAL, past);
            for (int key = 1; key < LANES; key++) {
                mov(Gp.RAX, (1 << key) - 1);
                kmovdFromRax(1);
                vbroadcastss(zmm(key).where(1), lowest);
            }
            place(past);
            for (int key = 0; key < LANES; key++) {
                vmovups(Memory.at(Gp.RDI, key * VECTOR), zmm(key));
                vmaxps(zmm(31), zmm(31), zmm(key));
            }
            add(Gp.RDI, BLOCK);
            add(Gp.R14, 1);
        });
    }

    private void probabilities() {
        mov(Gp.RDI, scratch());
        vbroadcastss(zmm(29), scale);
        vmovups(zmm(0), Memory.at(Gp.RDI, LARGEST));
        vmaxps(zmm(1), zmm(0), zmm(31));
        vmovups(Memory.at(Gp.RDI, LARGEST), zmm(1));
        vsubps(zmm(0), zmm(0), zmm(1));
        vmulps(zmm(0), zmm(0), zmm(29));
        exp2(zmm(0), zmm(27), zmm(28));
        vmovups(Memory.at(Gp.RDI, FACTOR), zmm(0));
        vmulps(zmm(30), zmm(0), Memory.at(Gp.RDI, SUM));
        vmulps(zmm(31), zmm(1), zmm(29));
        add(Gp.RDI, SCORES);
        atScratch(Gp.R8, PROBABILITIES);
        mov(Gp.R15, count);
        countDown(Gp.R15, 1, () -> {
            for (int key = 0; key < LANES; key++) {
                vmovups(zmm(key), Memory.at(Gp.RDI, key * VECTOR));
                vfmsub213ps(zmm(key), zmm(29), zmm(31));
                exp2(zmm(key), zmm(27), zmm(28));
                vaddps(zmm(30), zmm(30), zmm(key));
            }
            for (int key = 0; key < LANES; key += ofPair()) {
                if (!isWide()) {
                    pair(zmm(key), zmm(key), zmm(key + 1));
                }
                vmovups(Memory.at(Gp.R8, key / ofPair() * VECTOR), zmm(key));
            }
            add(Gp.RDI, BLOCK);
            add(Gp.R8, pairs() * VECTOR);
        });
        mov(Gp.RDI, scratch());
        vmovups(Memory.at(Gp.RDI, SUM), zmm(30));
    }

    /** Adds the chunk's values to the output, {@code [width][16]}. */
    private void weigh() {
        address(Gp.R10, values, block, packed());
        atScratch(Gp.R11, OUTPUT);
        addToTile(
                width,
                () -> {
                    mov(Gp.RDI, scratch());
                    vmovups(zmm(31), Memory.at(Gp.RDI, FACTOR));
                    for (int i = 0; i < LANES; i++) {
                        vmulps(zmm(i), zmm(31), Memory.at(Gp.R11, i * VECTOR));
                    }
                },
                PROBABILITIES,
                count);
    }

    private void finish() {
        mov(Gp.RDI, scratch());
        vmovups(zmm(1), Memory.at(Gp.RDI, SUM));
        vbroadcastss(zmm(0), one());
        vdivps(zmm(0), zmm(0), zmm(1));
        vmovups(Memory.at(Gp.RDI, FACTOR), zmm(0));
        log2(zmm(1), zmm(2), zmm(3), zmm(4));
        vmovups(zmm(0), Memory.at(Gp.RDI, LARGEST));
        vbroadcastss(zmm(2), scale);
        vfmadd213ps(zmm(0), zmm(2), zmm(1));
        maskOfQueries(rows, tile);
        mov(Gp.RSI, statistics);
        vmovups(Memory.at(Gp.RSI), zmm(0).where(1));
        add(Gp.RSI, VECTOR);
        mov(statistics, Gp.RSI);
        atScratch(Gp.R11, OUTPUT);
        mov(Gp.R12, output);
        mov(Gp.RBX, scratch());
        writeTile(Memory.at(Gp.RBX, FACTOR), width, stride, rows, tile);
        mov(Gp.RAX, stride);
        shl(Gp.RAX, 4);
        add(Gp.RAX, output);
        mov(output, Gp.RAX);
        mov(Gp.RAX, queries);
        add(Gp.RAX, packed());
        mov(queries, Gp.RAX);
    }
}
