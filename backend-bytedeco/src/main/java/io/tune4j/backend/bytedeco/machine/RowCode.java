package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;

import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import io.tune4j.backend.bytedeco.machine.Operand.Vector;
import java.util.List;

/**
 * Norms, SwiGLU and rotary embedding of rows of bf16, and of floats, each in one pass over memory and with one rounding at its end. Widths are multiples of
 * sixteen, strides bytes.
 */
final class RowCode {
    private static final float LOG2_E = (float) (1 / Math.log(2));

    private RowCode() {}

    static List<Kernel> kernels() {
        return List.of(new SwiGlu(), new SwiGluBackward(), new RmsNorm(), new RmsNormBackward(), new Rotary());
    }

    private abstract static class Rows extends TwinKernel {
        Rows(String name, int arguments) {
            super(name, arguments);
        }

        /** {@code result = 1 / (1 + 2^(-x log2 e))}, with {@code factor} -log2(e). */
        final void sigmoid(Vector result, Vector x, Vector factor, Vector whole, Vector sum) {
            vmulps(result, x, factor);
            exp2(result, whole, sum);
            vaddps(result, result, one());
            vbroadcastss(sum, one());
            vdivps(result, sum, result);
        }
    }

    /** {@code swiGlu(gateUp, rows, width, output, elementBytes)}: gate and up side by side, all rows without gaps. */
    private static final class SwiGlu extends Rows {
        SwiGlu() {
            super("swiGlu", 4);
        }

        @Override
        void code() {
            prepareExp2();
            vbroadcastss(zmm(31), constant(-LOG2_E));
            mov(Gp.RSI, argument(0));
            mov(Gp.R14, argument(1));
            mov(Gp.RDX, argument(2));
            toBytes(Gp.RDX);
            mov(Gp.RDI, argument(3));
            countDown(Gp.R14, 1, () -> {
                mov(Gp.RCX, argument(2));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(0), Memory.at(Gp.RSI));
                    load(zmm(1), Memory.at(Gp.RSI).index(Gp.RDX, 1));
                    sigmoid(zmm(2), zmm(0), zmm(31), zmm(3), zmm(4));
                    vmulps(zmm(0), zmm(0), zmm(1));
                    vmulps(zmm(0), zmm(0), zmm(2));
                    store(Memory.at(Gp.RDI), zmm(0));
                    add(Gp.RSI, rowBytes());
                    add(Gp.RDI, rowBytes());
                });
                add(Gp.RSI, Gp.RDX);
            });
        }
    }

    /** {@code swiGluBackward(outputGradient, gateUp, rows, width, gradient, elementBytes)}, all rows without gaps. */
    private static final class SwiGluBackward extends Rows {
        SwiGluBackward() {
            super("swiGluBackward", 5);
        }

        @Override
        void code() {
            prepareExp2();
            vbroadcastss(zmm(31), constant(-LOG2_E));
            vbroadcastss(zmm(30), one());
            mov(Gp.R8, argument(0));
            mov(Gp.RSI, argument(1));
            mov(Gp.R14, argument(2));
            mov(Gp.RDX, argument(3));
            toBytes(Gp.RDX);
            mov(Gp.RDI, argument(4));
            countDown(Gp.R14, 1, () -> {
                mov(Gp.RCX, argument(3));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(0), Memory.at(Gp.RSI));
                    load(zmm(1), Memory.at(Gp.RSI).index(Gp.RDX, 1));
                    load(zmm(5), Memory.at(Gp.R8));
                    sigmoid(zmm(2), zmm(0), zmm(31), zmm(3), zmm(4));
                    // With s the sigmoid: d up = dy g s, d gate = dy up s (1 + g (1 - s)).
                    vmulps(zmm(6), zmm(5), zmm(2));
                    vsubps(zmm(7), zmm(30), zmm(2));
                    vfmadd213ps(zmm(7), zmm(0), zmm(30));
                    vmulps(zmm(1), zmm(1), zmm(6));
                    vmulps(zmm(1), zmm(1), zmm(7));
                    vmulps(zmm(0), zmm(0), zmm(6));
                    store(Memory.at(Gp.RDI), zmm(1));
                    store(Memory.at(Gp.RDI).index(Gp.RDX, 1), zmm(0));
                    add(Gp.RSI, rowBytes());
                    add(Gp.RDI, rowBytes());
                    add(Gp.R8, rowBytes());
                });
                add(Gp.RSI, Gp.RDX);
                add(Gp.RDI, Gp.RDX);
            });
        }
    }

    /**
     * {@code rmsNorm(x, rows, width, weight, epsilon, widthInverse, output, inverse, elementBytes)}: the inverses of the roots are floats, one for each
     * row. The product with the inverse is rounded before the weight is multiplied, as Hugging Face's models do.
     */
    private static final class RmsNorm extends Rows {
        RmsNorm() {
            super("rmsNorm", 8);
        }

        @Override
        void code() {
            mov(Gp.RSI, argument(0));
            mov(Gp.R14, argument(1));
            mov(Gp.RDI, argument(6));
            mov(Gp.R10, argument(7));
            vbroadcastss(zmm(31), constant(1));
            vbroadcastss(zmm(30), argument(4));
            vbroadcastss(zmm(29), argument(5));
            countDown(Gp.R14, 1, () -> {
                mov(Gp.R9, Gp.RSI);
                mov(Gp.RCX, argument(2));
                zero(zmm(0));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(1), Memory.at(Gp.R9));
                    vfmadd231ps(zmm(0), zmm(1), zmm(1));
                    add(Gp.R9, rowBytes());
                });
                overLanes(this::vaddps, zmm(0), zmm(1));
                vfmadd213ps(zmm(0), zmm(29), zmm(30));
                vsqrtps(zmm(0), zmm(0));
                vdivps(zmm(0), zmm(31), zmm(0));
                vmovss(Memory.at(Gp.R10), zmm(0));
                add(Gp.R10, Float.BYTES);
                mov(Gp.R9, argument(3));
                mov(Gp.RCX, argument(2));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(1), Memory.at(Gp.RSI));
                    vmulps(zmm(1), zmm(1), zmm(0));
                    if (!isWide()) {
                        vcvtneps2bf16(ymm(1), zmm(1));
                        widen(zmm(1), ymm(1));
                    }
                    load(zmm(2), Memory.at(Gp.R9));
                    vmulps(zmm(1), zmm(1), zmm(2));
                    store(Memory.at(Gp.RDI), zmm(1));
                    add(Gp.RSI, rowBytes());
                    add(Gp.RDI, rowBytes());
                    add(Gp.R9, rowBytes());
                });
            });
        }
    }

    /**
     * {@code rmsNormBackward(outputGradient, x, rows, width, weight, widthInverse, inverse, gradient, elementBytes)}: with g = w dy, dx = r g - x r^3 mean(g
     * x).
     */
    private static final class RmsNormBackward extends Rows {
        RmsNormBackward() {
            super("rmsNormBackward", 8);
        }

        @Override
        void code() {
            mov(Gp.R8, argument(0));
            mov(Gp.RSI, argument(1));
            mov(Gp.R14, argument(2));
            mov(Gp.R10, argument(6));
            mov(Gp.RDI, argument(7));
            vbroadcastss(zmm(29), argument(5));
            countDown(Gp.R14, 1, () -> {
                mov(Gp.R9, argument(4));
                mov(Gp.RBX, Gp.RSI);
                mov(Gp.RBP, Gp.R8);
                mov(Gp.RCX, argument(3));
                zero(zmm(0));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(1), Memory.at(Gp.RBX));
                    load(zmm(2), Memory.at(Gp.RBP));
                    load(zmm(3), Memory.at(Gp.R9));
                    vmulps(zmm(2), zmm(2), zmm(3));
                    vfmadd231ps(zmm(0), zmm(1), zmm(2));
                    add(Gp.RBX, rowBytes());
                    add(Gp.RBP, rowBytes());
                    add(Gp.R9, rowBytes());
                });
                overLanes(this::vaddps, zmm(0), zmm(1));
                vbroadcastss(zmm(4), Memory.at(Gp.R10));
                add(Gp.R10, Float.BYTES);
                vmulps(zmm(0), zmm(0), zmm(29));
                for (int power = 0; power < 3; power++) {
                    vmulps(zmm(0), zmm(0), zmm(4));
                }
                mov(Gp.R9, argument(4));
                mov(Gp.RCX, argument(3));
                countDown(Gp.RCX, LANES, () -> {
                    load(zmm(1), Memory.at(Gp.RSI));
                    load(zmm(2), Memory.at(Gp.R8));
                    load(zmm(3), Memory.at(Gp.R9));
                    vmulps(zmm(2), zmm(2), zmm(3));
                    vmulps(zmm(2), zmm(2), zmm(4));
                    vfnmadd231ps(zmm(2), zmm(1), zmm(0));
                    store(Memory.at(Gp.RDI), zmm(2));
                    add(Gp.RSI, rowBytes());
                    add(Gp.R8, rowBytes());
                    add(Gp.R9, rowBytes());
                    add(Gp.RDI, rowBytes());
                });
            });
        }
    }

    /**
     * {@code rotary(x, stride, rows, heads, half, cos, sin, sign, elementBytes)}: in place; {@code half} a head's width, of as many elements as a row of cos and
     * sin has.
     */
    private static final class Rotary extends Rows {
        Rotary() {
            super("rotary", 8);
        }

        @Override
        void code() {
            mov(Gp.RSI, argument(0));
            mov(Gp.R14, argument(2));
            mov(Gp.R8, argument(5));
            mov(Gp.R9, argument(6));
            mov(Gp.RDX, argument(4));
            toBytes(Gp.RDX);
            vbroadcastss(zmm(31), argument(7));
            countDown(Gp.R14, 1, () -> {
                mov(Gp.RDI, Gp.RSI);
                mov(Gp.R15, argument(3));
                countDown(Gp.R15, 1, () -> {
                    mov(Gp.RBX, 0);
                    mov(Gp.RCX, argument(4));
                    countDown(Gp.RCX, LANES, () -> {
                        load(zmm(0), Memory.at(Gp.RDI));
                        load(zmm(1), Memory.at(Gp.RDI).index(Gp.RDX, 1));
                        load(zmm(2), Memory.at(Gp.R8).index(Gp.RBX, 1));
                        load(zmm(3), Memory.at(Gp.R9).index(Gp.RBX, 1));
                        vmulps(zmm(3), zmm(3), zmm(31));
                        vmulps(zmm(4), zmm(0), zmm(2));
                        vfnmadd231ps(zmm(4), zmm(1), zmm(3));
                        vmulps(zmm(5), zmm(1), zmm(2));
                        vfmadd231ps(zmm(5), zmm(0), zmm(3));
                        store(Memory.at(Gp.RDI), zmm(4));
                        store(Memory.at(Gp.RDI).index(Gp.RDX, 1), zmm(5));
                        add(Gp.RDI, rowBytes());
                        add(Gp.RBX, rowBytes());
                    });
                    add(Gp.RDI, Gp.RDX);
                });
                add(Gp.RSI, argument(1));
                add(Gp.R8, Gp.RDX);
                add(Gp.R9, Gp.RDX);
            });
        }
    }
}
