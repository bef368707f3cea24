// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels;
import io.tune4j.api.backend.FusedKernels.LossAndGradient;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A backend of which some kernels are those of {@link FusedKernels}'s defaults, or cruder still. */
public final class AblatedBackend implements InvocationHandler {
    private final Backend backend;
    private final Set<Ablation> without;

    private AblatedBackend(Backend backend, Set<Ablation> without) {
        this.backend = backend;
        this.without = without;
    }

    /** Some kernels by default. */
    public static Backend of(Backend backend, Set<Ablation> without) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, new AblatedBackend(backend, without));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (arguments != null && method.getName().equals("matmulInto") && without.contains(Ablation.LORA_IN_PLACE)) {
            return addProduct(
                    (Array) arguments[0], (Array) arguments[1], (Array) arguments[2], (double) arguments[3], (double)
                            arguments[4]);
        }
        if (arguments != null
                && method.getName().equals("linearCrossEntropy")
                && without.contains(Ablation.CHUNKED_LOGITS)) {
            return wholeLogits((Tensor) arguments[0], (Tensor) arguments[1], (Tensor) arguments[2]);
        }
        if (method.isDefault() && byDefault(method.getName())) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        try {
            return method.invoke(backend, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private boolean byDefault(String kernel) {
        return switch (kernel) {
            // Which calls matmulInto twice.
            case "adaptedMatmulInto" -> without.contains(Ablation.LORA_IN_PLACE);
            case "attention", "attentionBackward" -> without.contains(Ablation.ATTENTION);
            case "swiGlu", "swiGluBackward" -> without.contains(Ablation.SWIGLU);
            case "crossEntropyInPlace", "linearCrossEntropy" -> without.contains(Ablation.CROSS_ENTROPY);
            case "dequantize", "dequantizeScales", "quantizeBlocks", "dequantizeBlocks" ->
                without.contains(Ablation.QUANTIZED);
            case "rmsNorm", "rmsNormBackward" -> without.contains(Ablation.RMS_NORM);
            case "rotaryInPlace" -> without.contains(Ablation.ROTARY);
            case "adamW" -> without.contains(Ablation.ADAMW);
            default -> false;
        };
    }

    /** {@code target = beta * target + alpha * a x b} with the product and its multiple in arrays of their own. */
    private @Nullable Object addProduct(Array target, Array a, Array b, double beta, double alpha) {
        try (Array product = backend.matmul(a, b);
                Array scaled = backend.affine(product, alpha, 0)) {
            if (beta == 0) {
                backend.copy(target, scaled);
            } else {
                if (beta != 1) {
                    backend.scaleInPlace(target, beta);
                }
                backend.addInPlace(target, scaled, 1);
            }
        }
        return null;
    }

    private LossAndGradient wholeLogits(Tensor hidden, Tensor weight, Tensor labels) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor logits = hidden.matmul(weight.transposed());
            Tensor loss = backend.crossEntropyInPlace(logits, labels);
            return new LossAndGradient(scope.escape(loss), scope.escape(logits.matmul(weight)));
        }
    }
}
