// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.AdamWUpdate;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/** The process of the memory test in {@link PromiseConformance}: uses every kernel again and again and prints how its memory grew. */
public final class MemoryWorkload {
    private static final int WARM_UP_SHARE = 10;

    private static final AttentionShape SHAPE = new AttentionShape(4, 2, 16);
    private static final SequenceLayout LAYOUT = SequenceLayout.ofLengths(1, 30, 140, 5);

    private MemoryWorkload() {}

    /** @param arguments the backend factory's class, how often to use every kernel, and the device */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        BackendFactory factory =
                (BackendFactory) Class.forName(arguments[0]).getConstructor().newInstance();
        int iterations = Integer.parseInt(arguments[1]);
        BackendOptions options = new BackendOptions(Device.parse(arguments[2]), DType.FLOAT32, 1, notice -> {});
        try (Backend backend = factory.create(options)) {
            repeat(backend, Math.max(2, iterations / WARM_UP_SHARE));
            // Twice, because the collector may give the heap's pages back only then.
            System.gc();
            System.gc();
            long before = backend.memory().current();
            repeat(backend, iterations);
            System.gc();
            System.gc();
            System.out.println("growth=" + (backend.memory().current() - before));
        }
    }

    private static void repeat(Backend backend, int count) {
        for (int i = 0; i < count; i++) {
            DType dtype = i % 2 == 0 ? DType.FLOAT32 : DType.BFLOAT16;
            try (TensorScope scope = TensorScope.open()) {
                attention(backend, dtype);
                projections(backend, dtype);
                losses(backend, dtype);
                scales(backend, dtype);
                smallKernels(backend, dtype);
            }
        }
    }

    private static void attention(Backend backend, DType dtype) {
        Tensor fused = Tensor.uniform(backend, 1, dtype, LAYOUT.rows(), SHAPE.fusedSize());
        Tensor angles = Tensor.uniform(backend, 2, dtype, LAYOUT.rows(), SHAPE.headSize() / 2);
        Tensor cos = angles.apply(UnaryFunction.COS);
        Tensor sin = angles.apply(UnaryFunction.SIN);
        backend.rotaryInPlace(fused, cos, sin, SHAPE, false);
        Attended attended = backend.attention(fused, LAYOUT, SHAPE);
        backend.attentionBackward(attended.output(), fused, attended, LAYOUT, SHAPE);
    }

    private static void projections(Backend backend, DType dtype) {
        Tensor x = Tensor.uniform(backend, 3, dtype, 176, 64);
        Tensor weight = Tensor.uniform(backend, 4, dtype, 128, 64);
        Normalized normalized = backend.rmsNorm(x, Tensor.full(backend, 1, dtype, 64), 1e-5);
        Tensor gateUp = normalized.output().matmul(weight.transposed());
        Tensor gated = backend.swiGlu(gateUp);
        Tensor gateUpGradient = backend.swiGluBackward(gated, gateUp);
        Tensor gradient = gateUpGradient.matmul(weight);
        gradient.matmulInPlace(gateUpGradient, weight, 0.5, 0.5);
        backend.rmsNormBackward(gradient, x, Tensor.full(backend, 1, dtype, 64), normalized.inverseRms());
        try (Tape tape = Tape.recording()) {
            tape.watch(x);
            Tensor checked = tape.checkpoint(x, (input, inner) -> input.times(2));
            tape.backward(checked.sum());
        }
    }

    private static void losses(Backend backend, DType dtype) {
        Tensor hidden = Tensor.uniform(backend, 5, dtype, 50, 32);
        Tensor head = Tensor.uniform(backend, 6, dtype, 100, 32);
        Tensor labels = Tensor.of(backend, backend.arange(50));
        backend.linearCrossEntropy(hidden, head, labels, true);
        backend.crossEntropyInPlace(hidden.matmul(head.transposed()), labels).item();
        Tensor parameter = Tensor.uniform(backend, 7, DType.FLOAT32, 64, 64);
        Tensor gradient = Tensor.uniform(backend, 8, DType.FLOAT32, 64, 64);
        Tensor mean = Tensor.zeros(backend, DType.FLOAT32, 64, 64);
        Tensor variance = Tensor.zeros(backend, DType.FLOAT32, 64, 64);
        AdamWStep step = new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 1);
        backend.adamW(parameter, gradient, mean, variance, step);
        backend.adamW(List.of(new AdamWUpdate(parameter, gradient, mean, variance, step)));
        Tensor squares = backend.sumOfSquares(List.of(gradient, parameter));
        backend.scaleInPlace(List.of(gradient, parameter), 0.5);
        backend.scaleInPlace(List.of(gradient, parameter), squares);
    }

    private static void scales(Backend backend, DType dtype) {
        Tensor codes = Tensor.zeros(backend, DType.UINT8, 50, 256);
        backend.dequantizeScales(codes, Tensor.full(backend, 40, dtype, 50, 1), Tensor.full(backend, 0.1, dtype, 1));
    }

    private static void smallKernels(Backend backend, DType dtype) {
        Tensor x = Tensor.uniform(backend, 9, dtype, 20, 30);
        Tensor y = Tensor.full(backend, 0.5, dtype, 30);
        for (UnaryFunction function : UnaryFunction.values()) {
            x.apply(function);
        }
        x.plus(y).minus(y).times(y).dividedBy(y).times(3).plus(1);
        x.addInPlace(y, 2).timesInPlace(y).timesInPlace(0.5);
        x.lessThan(y).choose(x, y).sum(0).max(-1);
        Tensor rows = Tensor.ofLongs(backend, 3, 1, 2);
        x.addRowsInPlace(rows, x.gatherRows(rows));
        x.rows(0, 3).addAtInPlace(rows, 1).pick(rows);
        Tensor.concatenate(0, List.of(x, x.copy()))
                .transposed()
                .contiguous()
                .reshape(-1)
                .toFloats();
        x.fillInPlace(1).copyFrom(y).sum().item();
        x.narrow(1, 0, 2).toDoubles();
    }
}
