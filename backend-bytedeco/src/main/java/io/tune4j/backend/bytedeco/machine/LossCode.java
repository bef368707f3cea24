package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/** Cross-entropy of rows of logits in bf16, or floats, whose gradient takes their place. */
final class LossCode extends TwinKernel {
    private static final double LN2 = Math.log(2);

    /**
     * {@code crossEntropy(logits, rows, width, labels, losses, elementBytes)}: labels of 64 bits, losses are floats, one for each row. The width is a multiple
     * of sixteen.
     */
    LossCode() {
        super("crossEntropy", 5);
    }

    @Override
    void code() {
        prepareExp2();
        Memory lowest = constant(AttentionCode.LOWEST);
        Memory ln2 = constant((float) LN2);
        vbroadcastss(zmm(31), constant((float) (1 / LN2)));
        mov(Gp.RSI, argument(0));
        mov(Gp.R14, argument(1));
        mov(Gp.R8, argument(3));
        mov(Gp.R9, argument(4));
        mov(Gp.RDX, argument(2));
        countDown(Gp.R14, 1, () -> {
            vbroadcastss(zmm(0), lowest);
            eachVector(() -> {
                load(zmm(1), Memory.at(Gp.RDI));
                vmaxps(zmm(0), zmm(0), zmm(1));
            });
            overLanes(this::vmaxps, zmm(0), zmm(1));
            vmulps(zmm(30), zmm(0), zmm(31));
            zero(zmm(0));
            eachVector(() -> {
                exponential();
                vaddps(zmm(0), zmm(0), zmm(1));
            });
            overLanes(this::vaddps, zmm(0), zmm(1));
            vbroadcastss(zmm(29), one());
            vdivps(zmm(29), zmm(29), zmm(0));
            // The label's loss: ln(sum) - (x - largest).
            log2(zmm(0), zmm(2), zmm(3), zmm(4));
            mov(Gp.RBX, Memory.at(Gp.R8));
            lea(Gp.RBX, Memory.at(Gp.RSI).index(Gp.RBX, elementBytes()));
            mov(Gp.RAX, 1);
            kmovdFromRax(1);
            load(zmm(1).zeroUnless(1), Memory.at(Gp.RBX));
            vfmsub213ps(zmm(1), zmm(31), zmm(30));
            vsubps(zmm(0), zmm(0), zmm(1));
            vbroadcastss(zmm(2), ln2);
            vmulps(zmm(0), zmm(0), zmm(2));
            vmovss(Memory.at(Gp.R9), zmm(0));
            exp2(zmm(1), zmm(2), zmm(3));
            vmulps(zmm(28), zmm(1), zmm(29));
            vbroadcastss(zmm(2), one());
            vsubps(zmm(28), zmm(28), zmm(2));
            eachVector(() -> {
                exponential();
                vmulps(zmm(1), zmm(1), zmm(29));
                store(Memory.at(Gp.RDI), zmm(1));
            });
            if (isWide()) {
                vmovss(Memory.at(Gp.RBX), zmm(28));
            } else {
                vcvtneps2bf16(ymm(28), zmm(28));
                vmovdqu16(Memory.at(Gp.RBX), ymm(28).where(1));
            }
            lea(Gp.RSI, Memory.at(Gp.RSI).index(Gp.RDX, elementBytes()));
            add(Gp.R8, Long.BYTES);
            add(Gp.R9, Float.BYTES);
        });
    }

    /** {@code 2^(x log2(e) - largest)} of the vector at RDI in register 1. */
    private void exponential() {
        load(zmm(1), Memory.at(Gp.RDI));
        vfmsub213ps(zmm(1), zmm(31), zmm(30));
        exp2(zmm(1), zmm(2), zmm(3));
    }

    private void eachVector(Runnable body) {
        mov(Gp.RDI, Gp.RSI);
        mov(Gp.RCX, Gp.RDX);
        countDown(Gp.RCX, LANES, () -> {
            body.run();
            add(Gp.RDI, rowBytes());
        });
    }
}
