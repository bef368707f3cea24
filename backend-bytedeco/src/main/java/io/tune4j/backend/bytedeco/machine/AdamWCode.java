package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;

/** A step of AdamW (Loshchilov and Hutter 2019, algorithm 2) over floats, in one pass. */
final class AdamWCode extends Kernel {
    /**
     * {@code adamW(values, gradient, mean, variance, count, decay, beta1Rest, beta2, beta2Rest, rootFactor, epsilon, step)}: the last seven are floats,
     * {@code decay} what is left of a value, the rests 1 - beta, {@code rootFactor} the root's bias correction and {@code step} the learning rate
     * with the mean's.
     */
    AdamWCode() {
        super("adamW", 12);
    }

    @Override
    void body() {
        mov(Gp.RDI, argument(0));
        mov(Gp.RSI, argument(1));
        mov(Gp.R8, argument(2));
        mov(Gp.R9, argument(3));
        mov(Gp.RCX, argument(4));
        int first = 5;
        int constants = 7;
        for (int i = 0; i < constants; i++) {
            vbroadcastss(zmm(16 + i), argument(first + i));
        }
        countDown(Gp.RCX, LANES, () -> {
            maskOfFirst(1, Gp.RCX, LANES);
            vmovups(zmm(0).zeroUnless(1), Memory.at(Gp.RDI));
            vmovups(zmm(1).zeroUnless(1), Memory.at(Gp.RSI));
            vmovups(zmm(2).zeroUnless(1), Memory.at(Gp.R8));
            vmovups(zmm(3).zeroUnless(1), Memory.at(Gp.R9));
            vmulps(zmm(0), zmm(0), zmm(16));
            vsubps(zmm(4), zmm(1), zmm(2));
            vfmadd231ps(zmm(2), zmm(4), zmm(17));
            vmulps(zmm(3), zmm(3), zmm(18));
            vmulps(zmm(1), zmm(1), zmm(1));
            vfmadd231ps(zmm(3), zmm(1), zmm(19));
            vsqrtps(zmm(5), zmm(3));
            vfmadd213ps(zmm(5), zmm(20), zmm(21));
            vdivps(zmm(5), zmm(2), zmm(5));
            vfnmadd231ps(zmm(0), zmm(5), zmm(22));
            vmovups(Memory.at(Gp.RDI), zmm(0).where(1));
            vmovups(Memory.at(Gp.R8), zmm(2).where(1));
            vmovups(Memory.at(Gp.R9), zmm(3).where(1));
            add(Gp.RDI, VECTOR);
            add(Gp.RSI, VECTOR);
            add(Gp.R8, VECTOR);
            add(Gp.R9, VECTOR);
        });
    }
}
