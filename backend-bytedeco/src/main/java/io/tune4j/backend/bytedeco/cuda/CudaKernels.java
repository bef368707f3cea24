// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.libtorch.Torch.address;
import static io.tune4j.backend.bytedeco.libtorch.Torch.total;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.libtorch.CompiledOperands;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** Fused kernels of a GPU: {@code cuda/kernels.cu}, launched with a block of threads for each row or for some elements. Nothing waits for them. */
public final class CudaKernels implements KernelSet {
    /** Bytes that a thread reads at once. */
    private static final int PACK = 16;

    /** Elements of the smallest dtype in a pack. */
    private static final int UNIT = PACK / Short.BYTES;

    private static final int WARP = 32;

    /** Enough for rows of a hidden size, of which a GPU has many. */
    private static final int MOST_THREADS = KernelLauncher.THREADS;

    /** Threads of a block for rows of a vocabulary's length. */
    private static final int MOST_OF_LONG_ROWS = 1024;

    private final KernelLauncher launcher;
    private final CompiledOperands operands = new CompiledOperands(Set.of(DType.FLOAT32, DType.BFLOAT16), UNIT, PACK);

    /** @param launcher closed with this */
    public CudaKernels(KernelLauncher launcher) {
        this.launcher = launcher;
    }

    static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    /** A thread for each pack of a row, in whole warps. */
    private static int threads(Tensor rows, long width, int most) {
        long packs = width * rows.dtype().byteSize() / PACK;
        return (int) Math.min(most, Math.max(1, (packs + WARP - 1) / WARP) * WARP);
    }

    private void rows(String kernel, Tensor rows, long width, int most, long... arguments) {
        launcher.launch(kernel + "_" + rows.dtype().configName(), rows.size(0), threads(rows, width, most), arguments);
    }

    @Override
    public Optional<Normalized> rmsNorm(Tensor x, Tensor weight, double epsilon) {
        if (!operands.takesRmsNorm(x, weight, x.dtype())) {
            return Optional.empty();
        }
        long width = x.size(1);
        Tensor output = Tensor.empty(x.kernels(), x.dtype(), x.size(0), width);
        Tensor inverse = Tensor.empty(x.kernels(), DType.FLOAT32, x.size(0), 1);
        rows(
                "rms_norm",
                x,
                width,
                MOST_THREADS,
                address(x),
                address(weight),
                width,
                bits(epsilon),
                address(output),
                address(inverse));
        return Optional.of(new Normalized(output, inverse));
    }

    @Override
    public Optional<Tensor> rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        if (!operands.takesRmsNormBackward(outputGradient, x, weight, x.dtype(), inverseRms)) {
            return Optional.empty();
        }
        long width = x.size(1);
        Tensor gradient = Tensor.empty(x.kernels(), x.dtype(), x.size(0), width);
        rows(
                "rms_norm_backward",
                x,
                width,
                MOST_THREADS,
                address(outputGradient),
                address(x),
                address(weight),
                width,
                address(inverseRms),
                address(gradient));
        return Optional.of(gradient);
    }

    @Override
    public boolean rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        if (!operands.takesRotary(fused, cos, sin, shape)) {
            return false;
        }
        long heads = (long) shape.heads() + shape.keyValueHeads();
        long half = shape.headSize() / 2;
        rows(
                "rotary",
                fused,
                heads * half,
                MOST_THREADS,
                address(fused),
                fused.size(1),
                heads,
                half,
                address(cos),
                address(sin),
                bits(inverse ? -1 : 1));
        return true;
    }

    @Override
    public Optional<Tensor> swiGlu(Tensor gateUp) {
        if (!operands.takesSwiGlu(gateUp)) {
            return Optional.empty();
        }
        long width = gateUp.size(1) / 2;
        Tensor result = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), width);
        rows("swiglu", gateUp, width, MOST_THREADS, address(gateUp), width, address(result));
        return Optional.of(result);
    }

    @Override
    public Optional<Tensor> swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        if (!operands.takesSwiGluBackward(outputGradient, gateUp)) {
            return Optional.empty();
        }
        long width = gateUp.size(1) / 2;
        Tensor gradient = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), 2 * width);
        rows(
                "swiglu_backward",
                gateUp,
                width,
                MOST_THREADS,
                address(outputGradient),
                address(gateUp),
                width,
                address(gradient));
        return Optional.of(gradient);
    }

    /** A label that is no column makes the sum NaN: reading labels here would wait for the GPU. */
    @Override
    public Optional<Tensor> crossEntropyInPlace(Tensor logits, Tensor labels) {
        if (!operands.takesCrossEntropy(logits, labels)) {
            return Optional.empty();
        }
        long columns = logits.size(1);
        try (TensorScope scope = TensorScope.open()) {
            Tensor losses = Tensor.empty(logits.kernels(), DType.FLOAT32, logits.size(0));
            rows(
                    "cross_entropy",
                    logits,
                    columns,
                    MOST_OF_LONG_ROWS,
                    address(logits),
                    columns,
                    address(labels),
                    address(losses));
            return Optional.of(scope.escape(total(losses)));
        }
    }

    @Override
    public boolean adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        if (!operands.takesAdamW(parameter, gradient, mean, variance)) {
            return false;
        }
        long count = parameter.elementCount();
        launcher.launchForEach(
                "adamw",
                count,
                withNumbers(step, address(parameter), address(gradient), address(mean), address(variance), count));
        return true;
    }

    /** The kernel's other arguments, followed by the numbers of an update. */
    static long[] withNumbers(AdamWStep step, long... first) {
        return LongStream.concat(
                        LongStream.of(first),
                        LongStream.of(
                                bits(1 - step.learningRate() * step.weightDecay()),
                                bits(1 - step.beta1()),
                                bits(step.beta2()),
                                bits(1 / Math.sqrt(step.biasCorrection2())),
                                bits(step.epsilon()),
                                bits(step.learningRate() / step.biasCorrection1())))
                .toArray();
    }

    @Override
    public boolean dequantize(FourBitCodes weight, Tensor target) {
        if (!operands.takesCodes(weight, target) || weight.capacity() / UNIT > Integer.MAX_VALUE) {
            return false;
        }
        long packs = weight.capacity() / UNIT;
        launcher.launchForEach(
                "unpack_" + weight.scales().dtype().configName() + "_"
                        + target.dtype().configName(),
                packs,
                address(weight.codes()),
                address(weight.levels()),
                address(weight.scales()),
                packs,
                weight.blockSize() / UNIT,
                address(target));
        return true;
    }

    @Override
    public void close() {
        launcher.close();
    }
}
