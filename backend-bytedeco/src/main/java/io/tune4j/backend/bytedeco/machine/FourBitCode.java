package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/** Unpacks {@link io.tune4j.api.backend.FourBitCodes} to bf16: sixteen bytes of codes at a time, each looked up in a register. */
final class FourBitCode extends TwinKernel {
    /** Bytes of codes in a vector. */
    static final int CODES = LANES;

    /**
     * {@code unpack(codes, levels, scales, blocks, blockBytes, target, scaleBytes)} with scales in bf16 or floats. Levels are sixteen floats; the
     * bytes of a block are a multiple of sixteen.
     */
    FourBitCode() {
        super("unpack", 6);
    }

    @Override
    void code() {
        mov(Gp.RSI, argument(0));
        mov(Gp.RAX, argument(1));
        vmovups(zmm(31), Memory.at(Gp.RAX));
        mov(Gp.R8, argument(2));
        mov(Gp.R14, argument(3));
        mov(Gp.RDI, argument(5));
        mov(Gp.RAX, 0xf);
        vpbroadcastd(zmm(30), Gp.RAX);
        countDown(Gp.R14, 1, () -> {
            if (isWide()) {
                vbroadcastss(zmm(0), Memory.at(Gp.R8));
            } else {
                movzx(Gp.RAX, Memory.at(Gp.R8));
                shl(Gp.RAX, 16);
                vpbroadcastd(zmm(0), Gp.RAX);
            }
            add(Gp.R8, elementBytes());
            vmulps(zmm(0), zmm(0), zmm(31));
            mov(Gp.RCX, argument(4));
            countDown(Gp.RCX, CODES, () -> {
                vpmovzxbd(zmm(1), Memory.at(Gp.RSI));
                vpsrld(zmm(2), zmm(1), 4);
                vpandd(zmm(1), zmm(1), zmm(30));
                // The first of two elements is the upper half of a byte.
                vpermps(zmm(2), zmm(2), zmm(0));
                vpermps(zmm(1), zmm(1), zmm(0));
                pair(zmm(1), zmm(2), zmm(1));
                vmovups(Memory.at(Gp.RDI), zmm(1));
                add(Gp.RSI, CODES);
                add(Gp.RDI, VECTOR);
            });
        });
    }
}
