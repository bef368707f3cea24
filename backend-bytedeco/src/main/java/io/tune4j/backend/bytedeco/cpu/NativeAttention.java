// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static io.tune4j.backend.bytedeco.libtorch.Torch.address;
import static io.tune4j.backend.bytedeco.libtorch.Torch.fits;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.products.TorchScratch;
import io.tune4j.kernels.cpu.AttentionScores;
import io.tune4j.kernels.cpu.Rows;
import io.tune4j.kernels.cpu.attention.CausalAttention;
import io.tune4j.kernels.cpu.attention.HeadRows;
import io.tune4j.kernels.cpu.threads.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Attention in C of the module {@code kernels-cpu}. */
final class NativeAttention implements KernelSet {
    private final Parallel parallel;

    NativeAttention(Parallel parallel) {
        this.parallel = parallel;
    }

    private static boolean takes(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return (fused.dtype() == DType.FLOAT32 || fused.dtype() == DType.BFLOAT16)
                && layout.sharing() == null
                && layout.rows() == fused.size(0)
                && layout.rows() > 0
                && fits(fused, fused.dtype(), fused.size(0), shape.fusedSize());
    }

    private CausalAttention attention(Tensor fused, AttentionShape shape) {
        return new CausalAttention(
                parallel,
                TorchScratch::new,
                NativeKernels.elements(fused.dtype()),
                shape,
                new AttentionScores(shape.window(), (float) shape.scale(), (float) shape.softCap()));
    }

    private static Rows rows(Tensor matrix) {
        return new Rows(address(matrix), matrix.size(1) * matrix.dtype().byteSize());
    }

    private static HeadRows heads(Tensor fused, AttentionShape shape) {
        return HeadRows.fused(rows(fused), shape, NativeKernels.elements(fused.dtype()));
    }

    @Override
    public Optional<Attended> attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        if (!takes(fused, layout, shape)) {
            return Optional.empty();
        }
        Tensor output = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.querySize());
        Tensor statistics = Tensor.empty(fused.kernels(), DType.FLOAT32, shape.heads(), fused.size(0));
        attention(fused, shape).forward(layout, heads(fused, shape), rows(output), rows(statistics));
        return Optional.of(new Attended(output, statistics));
    }

    /** One position after kept ones reads these where they lie; several go through the kernel that packs them. */
    @Override
    public Optional<Tensor> cachedAttention(Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        DType dtype = fused.dtype();
        boolean taken = (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16)
                && fits(fused, dtype, fused.size(0), shape.fusedSize())
                && sequences.stream()
                        .allMatch(each ->
                                fits(each.keysValues(), dtype, each.keysValues().size(0), 2L * shape.keyValueSize()));
        if (!taken) {
            return Optional.empty();
        }
        Tensor output = Tensor.empty(fused.kernels(), dtype, fused.size(0), shape.querySize());
        StepAttention step = new StepAttention(shape, NativeKernels.elements(dtype), rows(fused), rows(output));
        List<StepAttention.Part> parts = new ArrayList<>();
        for (CachedSequence each : sequences) {
            parts.addAll(step.keep(each, rows(each.keysValues())));
        }
        parallel.each(parts.size(), i -> step.run(parts.get(i)));
        return Optional.of(output);
    }

    @Override
    public Optional<Tensor> attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        long count = fused.size(0);
        if (!takes(fused, layout, shape)
                || !fits(outputGradient, fused.dtype(), count, shape.querySize())
                || !fits(attended.output(), fused.dtype(), count, shape.querySize())
                || !fits(attended.statistics(), DType.FLOAT32, shape.heads(), count)) {
            return Optional.empty();
        }
        Tensor gradient = Tensor.empty(fused.kernels(), fused.dtype(), count, shape.fusedSize());
        attention(fused, shape)
                .backward(
                        layout,
                        heads(fused, shape),
                        rows(attended.output()),
                        rows(attended.statistics()),
                        rows(outputGradient),
                        heads(gradient, shape));
        return Optional.of(gradient);
    }
}
