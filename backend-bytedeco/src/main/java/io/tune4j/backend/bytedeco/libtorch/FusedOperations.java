// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Fused kernels in as few passes over memory as libtorch's operations allow. */
final class FusedOperations {
    private FusedOperations() {}

    static DType wide(Tensor x) {
        return x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** Softmax in fp32 over the rows; the logits are overwritten with the gradient. */
    static Tensor crossEntropyInPlace(Tensor logits, Tensor labels, TorchParts threads) {
        try (TensorScope scope = TensorScope.open();
                TorchWork whole = new TorchWork()) {
            org.bytedeco.pytorch.Tensor index = whole.keep(raw(labels).unsqueeze(1));
            Tensor ofRows = Tensor.empty(logits.kernels(), wide(logits), logits.size(0), 1);
            threads.rows(logits.size(0), logits.size(1) * wide(logits).byteSize(), (start, count, work) -> {
                org.bytedeco.pytorch.Tensor rows = work.narrow(raw(logits), 0, start, count);
                org.bytedeco.pytorch.Tensor columns = work.narrow(index, 0, start, count);
                org.bytedeco.pytorch.Tensor wide =
                        logits.dtype() == wide(logits) ? rows : work.keep(rows.to(ScalarType.Float));
                org.bytedeco.pytorch.Tensor logProbabilities = work.keep(torch.log_softmax(wide, -1));
                org.bytedeco.pytorch.Tensor picked = work.keep(logProbabilities.gather(1, columns));
                work.narrow(raw(ofRows), 0, start, count).copy_(picked);
                logProbabilities.exp_();
                logProbabilities.scatter_add_(1, columns, work.keep(minusOnes(picked)));
                rows.copy_(logProbabilities);
            });
            Tensor loss = Tensor.zeros(logits.kernels(), wide(logits));
            raw(loss).sub_(whole.keep(raw(ofRows).sum()));
            return scope.escape(loss);
        }
    }

    private static org.bytedeco.pytorch.Tensor minusOnes(org.bytedeco.pytorch.Tensor like) {
        org.bytedeco.pytorch.Tensor result = torch.empty_like(like);
        try (Scalar minusOne = new Scalar(-1.0)) {
            result.fill_(minusOne);
        }
        return result;
    }

    static void adamW(
            Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step, TorchParts threads) {
        long rows = parameter.size(0);
        threads.rows(rows, parameter.byteSize() / Math.max(1, rows), (start, count, work) -> {
            org.bytedeco.pytorch.Tensor values = work.narrow(raw(parameter), 0, start, count);
            org.bytedeco.pytorch.Tensor grad = work.narrow(raw(gradient), 0, start, count);
            org.bytedeco.pytorch.Tensor first = work.narrow(raw(mean), 0, start, count);
            org.bytedeco.pytorch.Tensor second = work.narrow(raw(variance), 0, start, count);
            if (step.weightDecay() != 0) {
                values.mul_(work.scalar(1 - step.learningRate() * step.weightDecay()));
            }
            first.lerp_(grad, work.scalar(1 - step.beta1()));
            second.mul_(work.scalar(step.beta2())).addcmul_(grad, grad, work.scalar(1 - step.beta2()));
            org.bytedeco.pytorch.Tensor root = work.keep(second.sqrt());
            root.div_(work.scalar(Math.sqrt(step.biasCorrection2()))).add_(work.scalar(step.epsilon()));
            values.addcdiv_(first, root, work.scalar(-step.learningRate() / step.biasCorrection1()));
        });
    }
}
