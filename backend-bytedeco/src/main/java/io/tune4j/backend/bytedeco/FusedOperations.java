package io.tune4j.backend.bytedeco;

import static io.tune4j.backend.bytedeco.MandatoryKernels.raw;

import io.tune4j.api.backend.AdamWStep;
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
    static Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        try (TensorScope scope = TensorScope.open();
                TorchWork work = new TorchWork()) {
            org.bytedeco.pytorch.Tensor index = work.keep(raw(labels).unsqueeze(1));
            org.bytedeco.pytorch.Tensor wide = logits.dtype() == wide(logits)
                    ? raw(logits)
                    : work.keep(raw(logits).to(ScalarType.Float));
            org.bytedeco.pytorch.Tensor logProbabilities = work.keep(torch.log_softmax(wide, -1));
            org.bytedeco.pytorch.Tensor picked = work.keep(logProbabilities.gather(1, index));
            Tensor loss = Tensor.zeros(logits.kernels(), wide(logits));
            raw(loss).sub_(work.keep(picked.sum()));
            logProbabilities.exp_();
            logProbabilities.scatter_add_(1, index, work.keep(minusOnes(picked)));
            raw(logits).copy_(logProbabilities);
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

    static void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        try (TorchWork work = new TorchWork()) {
            org.bytedeco.pytorch.Tensor grad = raw(gradient);
            if (step.weightDecay() != 0) {
                raw(parameter).mul_(work.scalar(1 - step.learningRate() * step.weightDecay()));
            }
            raw(mean).lerp_(grad, work.scalar(1 - step.beta1()));
            raw(variance).mul_(work.scalar(step.beta2())).addcmul_(grad, grad, work.scalar(1 - step.beta2()));
            org.bytedeco.pytorch.Tensor root = work.keep(raw(variance).sqrt());
            root.div_(work.scalar(Math.sqrt(step.biasCorrection2()))).add_(work.scalar(step.epsilon()));
            raw(parameter).addcdiv_(raw(mean), root, work.scalar(-step.learningRate() / step.biasCorrection1()));
        }
    }
}
