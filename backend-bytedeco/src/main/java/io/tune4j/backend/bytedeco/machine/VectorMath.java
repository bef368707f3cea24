package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;
import java.util.ArrayList;
import java.util.List;

/** What several kernels do with vectors of sixteen floats. */
abstract class VectorMath extends Kernel {
    /** Of 2^x on [-1/2, 1/2] from x^6 down to x, off by 1e-7 at most (Cephes, exp2f.c). */
    private static final float[] EXP2 = {
        1.535336188319500e-4f,
        1.339887440266574e-3f,
        9.618437357674640e-3f,
        5.550332471162809e-2f,
        2.402264791363012e-1f,
        6.931472028550421e-1f
    };

    private static final double LN2 = Math.log(2);

    private final List<Memory> exp2 = new ArrayList<>();
    private Memory one = Memory.at(Gp.RSP);

    VectorMath(String name, int arguments) {
        super(name, arguments);
    }

    /** Puts the constants of {@link #exp2} into the frame; overwrites RAX. */
    final void prepareExp2() {
        exp2.clear();
        for (float coefficient : EXP2) {
            exp2.add(constant(coefficient));
        }
        one = constant(1);
    }

    final Memory one() {
        return one;
    }

    /** {@code x = 2^x}; 0 where x is far below zero, but not for minus infinity. */
    final void exp2(Vector x, Vector whole, Vector sum) {
        vrndscaleps(whole, x);
        vsubps(x, x, whole);
        vbroadcastss(sum, exp2.get(0));
        for (int i = 1; i < exp2.size(); i++) {
            vfmadd213ps(sum, x, exp2.get(i));
        }
        vfmadd213ps(sum, x, one);
        vscalefps(x, sum, whole);
    }

    /**
     * {@code x = log2(x)} for positive x. With the mantissa m in [1, 2) and s = (m - sqrt 2) / (m + sqrt 2) it is
     * exponent + 1/2 + 2 / ln 2 * (s + s^3/3 + s^5/5 + s^7/7 + ...), where |s| is below 0.172.
     */
    final void log2(Vector x, Vector exponent, Vector square, Vector sum) {
        vgetexpps(exponent, x);
        vgetmantps(x, x);
        Memory root = constant((float) Math.sqrt(2));
        vaddps(square, x, root);
        vsubps(x, x, root);
        vdivps(x, x, square);
        vmulps(square, x, x);
        vbroadcastss(sum, constant((float) (2 / LN2 / 7)));
        vfmadd213ps(sum, square, constant((float) (2 / LN2 / 5)));
        vfmadd213ps(sum, square, constant((float) (2 / LN2 / 3)));
        vfmadd213ps(sum, square, constant((float) (2 / LN2)));
        vaddps(exponent, exponent, constant(0.5f));
        vfmadd213ps(x, sum, exponent);
    }

    /** The sixteen doublewords of registers 0 to 15 as columns instead of rows; overwrites all registers. */
    final void transpose() {
        for (int i = 0; i < 16; i += 2) {
            vpunpckldq(zmm(16 + i), zmm(i), zmm(i + 1));
            vpunpckhdq(zmm(17 + i), zmm(i), zmm(i + 1));
        }
        // Register 4i + j gets columns j, 4 + j, 8 + j and 12 + j of rows 4i to 4i + 3.
        for (int i = 0; i < 16; i += 4) {
            vpunpcklqdq(zmm(i), zmm(16 + i), zmm(18 + i));
            vpunpckhqdq(zmm(i + 1), zmm(16 + i), zmm(18 + i));
            vpunpcklqdq(zmm(i + 2), zmm(17 + i), zmm(19 + i));
            vpunpckhqdq(zmm(i + 3), zmm(17 + i), zmm(19 + i));
        }
        int even = 0x88;
        int odd = 0xdd;
        for (int j = 0; j < 4; j++) {
            vshufi32x4(zmm(16 + j), zmm(j), zmm(4 + j), even);
            vshufi32x4(zmm(20 + j), zmm(j), zmm(4 + j), odd);
            vshufi32x4(zmm(24 + j), zmm(8 + j), zmm(12 + j), even);
            vshufi32x4(zmm(28 + j), zmm(8 + j), zmm(12 + j), odd);
        }
        for (int j = 0; j < 4; j++) {
            vshufi32x4(zmm(j), zmm(16 + j), zmm(24 + j), even);
            vshufi32x4(zmm(8 + j), zmm(16 + j), zmm(24 + j), odd);
            vshufi32x4(zmm(4 + j), zmm(20 + j), zmm(28 + j), even);
            vshufi32x4(zmm(12 + j), zmm(20 + j), zmm(28 + j), odd);
        }
    }

    /** Sixteen bf16 as floats. */
    final void widen(Vector target, Operand source) {
        vpmovzxwd(target, source);
        vpslld(target, target, 16);
    }

    /** Two rows of floats as pairs of bf16: {@code target = (low, high)} in each lane; overwrites both. */
    final void pair(Vector target, Vector low, Vector high) {
        vcvtneps2bf16(ymm(low.number()), low);
        vcvtneps2bf16(ymm(high.number()), high);
        vpmovzxwd(low, ymm(low.number()));
        vpmovzxwd(high, ymm(high.number()));
        vpslld(high, high, 16);
        vpord(target, low, high);
    }

    /** An operation on two vectors. */
    interface Combination {
        void of(Vector target, Vector a, Operand b);
    }

    /** What all lanes combined make, in all lanes. */
    final void overLanes(Combination combination, Vector x, Vector other) {
        int swapHalves = 0x4e;
        int swapNeighbours = 0xb1;
        vshufi32x4(other, x, x, swapHalves);
        combination.of(x, x, other);
        vshufi32x4(other, x, x, swapNeighbours);
        combination.of(x, x, other);
        vpermilps(other, x, swapHalves);
        combination.of(x, x, other);
        vpermilps(other, x, swapNeighbours);
        combination.of(x, x, other);
    }
}
