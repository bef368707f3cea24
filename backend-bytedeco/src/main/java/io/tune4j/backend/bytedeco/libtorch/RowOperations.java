// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Kernels of which each row is computed by itself, in as few passes over memory as libtorch's operations allow. */
final class RowOperations {
    private final TorchParts threads;

    RowOperations(TorchParts threads) {
        this.threads = threads;
    }

    private static long rowBytes(Tensor tensor) {
        return Math.max(1, tensor.size(1) * Math.max(4, tensor.dtype().byteSize()));
    }

    /** Converts to the dtype of statistics; returns the tensor itself if it has that dtype. */
    private static org.bytedeco.pytorch.Tensor wide(
            org.bytedeco.pytorch.Tensor tensor, org.bytedeco.pytorch.Tensor like, TorchWork work) {
        return tensor.scalar_type().value == like.scalar_type().value
                ? tensor
                : work.keep(tensor.to(like.scalar_type().intern()));
    }

    Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        Tensor output = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        Tensor inverseRms = Tensor.empty(x.kernels(), FusedOperations.wide(x), x.size(0), 1);
        threads.rows(x.size(0), rowBytes(x), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor inverse = work.narrow(raw(inverseRms), 0, start, count);
            org.bytedeco.pytorch.Tensor target = work.narrow(raw(output), 0, start, count);
            org.bytedeco.pytorch.Tensor rows = wide(work.narrow(raw(x), 0, start, count), inverse, work);
            org.bytedeco.pytorch.Tensor squares = work.keep(rows.mul(rows));
            inverse.copy_(work.keep(squares.mean(new long[] {-1}, true, work.noDtype())));
            inverse.add_(work.scalar(epsilon)).rsqrt_();
            if (weight.dtype() != x.dtype()) {
                target.copy_(work.keep(rows.mul(inverse)).mul_(wide(raw(weight), inverse, work)));
                return;
            }
            // The product with the inverse is rounded before the weight is multiplied, as Hugging Face's models do.
            if (rows.scalar_type().value == target.scalar_type().value) {
                torch.mul_out(target, rows, inverse);
            } else {
                // Not x itself, but its copy in fp32.
                target.copy_(rows.mul_(inverse));
            }
            target.mul_(raw(weight));
        });
        return new Normalized(output, inverseRms);
    }

    /** With g = w * dy: dx = r * g - x * r^3 * mean(g * x). */
    Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        Tensor result = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        threads.rows(x.size(0), rowBytes(x), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor inverse = work.narrow(raw(inverseRms), 0, start, count);
            org.bytedeco.pytorch.Tensor target = work.narrow(raw(result), 0, start, count);
            org.bytedeco.pytorch.Tensor rows = wide(work.narrow(raw(x), 0, start, count), inverse, work);
            org.bytedeco.pytorch.Tensor weighted =
                    work.keep(wide(work.narrow(raw(outputGradient), 0, start, count), inverse, work)
                            .mul(wide(raw(weight), inverse, work)));
            org.bytedeco.pytorch.Tensor products = work.keep(weighted.mul(rows));
            org.bytedeco.pytorch.Tensor share = work.keep(products.mean(new long[] {-1}, true, work.noDtype()));
            share.mul_(inverse).mul_(inverse).mul_(inverse);
            weighted.mul_(inverse).addcmul_(rows, share, work.scalar(-1));
            target.copy_(weighted);
        });
        return result;
    }

    void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        long half = cos.size(1);
        long turned = shape.heads() + shape.keyValueHeads();
        double sign = inverse ? -1 : 1;
        threads.rows(fused.size(0), rowBytes(fused), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor heads = work.keep(work.narrow(raw(fused), 0, start, count)
                    .view(count, shape.heads() + 2L * shape.keyValueHeads(), shape.headSize()));
            org.bytedeco.pytorch.Tensor both = work.narrow(heads, 1, 0, turned);
            org.bytedeco.pytorch.Tensor first = work.narrow(both, 2, 0, half);
            org.bytedeco.pytorch.Tensor second = work.narrow(both, 2, half, half);
            org.bytedeco.pytorch.Tensor cosine =
                    work.keep(work.narrow(raw(cos), 0, start, count).unsqueeze(1));
            org.bytedeco.pytorch.Tensor sine =
                    work.keep(work.narrow(raw(sin), 0, start, count).unsqueeze(1));
            org.bytedeco.pytorch.Tensor crossed = work.keep(first.mul(sine));
            first.mul_(cosine).addcmul_(second, sine, work.scalar(-sign));
            second.mul_(cosine).add_(crossed, work.scalar(sign));
        });
    }

    Tensor swiGlu(Tensor gateUp) {
        long width = gateUp.size(1) / 2;
        Tensor result = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), width);
        threads.rows(gateUp.size(0), rowBytes(gateUp), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor rows = work.narrow(raw(gateUp), 0, start, count);
            org.bytedeco.pytorch.Tensor target = work.narrow(raw(result), 0, start, count);
            torch.silu_out(target, work.narrow(rows, 1, 0, width));
            target.mul_(work.narrow(rows, 1, width, width));
        });
        return result;
    }

    Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        long width = gateUp.size(1) / 2;
        Tensor result = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), 2 * width);
        threads.rows(gateUp.size(0), rowBytes(gateUp), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor rows = work.narrow(raw(gateUp), 0, start, count);
            org.bytedeco.pytorch.Tensor target = work.narrow(raw(result), 0, start, count);
            org.bytedeco.pytorch.Tensor dy = work.narrow(raw(outputGradient), 0, start, count);
            org.bytedeco.pytorch.Tensor gate = work.narrow(rows, 1, 0, width);
            org.bytedeco.pytorch.Tensor scratch = work.keep(torch.silu(gate));
            torch.mul_out(work.narrow(target, 1, width, width), dy, scratch);
            torch.mul_out(scratch, dy, work.narrow(rows, 1, width, width));
            torch.silu_backward_out(work.narrow(target, 1, 0, width), scratch, gate);
        });
        return result;
    }
}
