// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.peft;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.function.Consumer;

/**
 * Stands for quantized formats: weights rounded to bf16 and kept so, unpacked at each use. A method that looks into the weight
 * instead of asking it fails here.
 */
final class RoundedFormat implements WeightFormat {
    @Override
    public FrozenLinearFactory factory(
            Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices) {
        FrozenLinearFactory dense = new DenseFormat().factory(backend, computeDtype, weights, notices);
        return projections -> {
            FrozenLinear linear = dense.create(projections);
            Tensor bias = linear.bias();
            try (linear;
                    Tensor weight = ((DenseWeight) linear.weight()).weight().cast(DType.BFLOAT16)) {
                return new FrozenLinear(
                        projections, new RoundedWeight(weight.copy(), computeDtype), bias == null ? null : bias.copy());
            }
        };
    }

    @Override
    public WeightSource asComputed(Backend backend, DType computeDtype, WeightSource weights) {
        return new RoundedValues(weights);
    }

    private record RoundedValues(WeightSource weights) implements WeightSource {
        @Override
        public boolean has(String name) {
            return weights.has(name);
        }

        @Override
        public boolean isRounded(String name) {
            return name.endsWith("_proj.weight");
        }

        @Override
        public Tensor load(ArrayKernels kernels, String name, DType dtype) {
            if (!isRounded(name)) {
                return weights.load(kernels, name, dtype);
            }
            try (TensorScope scope = TensorScope.open()) {
                return scope.escape(weights.load(kernels, name, DType.BFLOAT16).cast(dtype));
            }
        }

        @Override
        public void loadInto(String name, Tensor target) {
            try (Tensor weight = load(target.kernels(), name, target.dtype())) {
                target.copyFrom(weight);
            }
        }
    }

    private static final class RoundedWeight implements FrozenWeight {
        private final Tensor packed;
        private final DType computeDtype;

        RoundedWeight(Tensor packed, DType computeDtype) {
            this.packed = TensorScope.detach(packed);
            this.computeDtype = computeDtype;
        }

        @Override
        public long outFeatures() {
            return packed.size(0);
        }

        @Override
        public long inFeatures() {
            return packed.size(1);
        }

        @Override
        public DType computeDtype() {
            return computeDtype;
        }

        @Override
        public Tensor multiply(Tensor x) {
            try (Tensor weight = packed.cast(computeDtype);
                    Tensor transposed = weight.transposed()) {
                return x.matmul(transposed);
            }
        }

        @Override
        public Tensor multiplyBackward(Tensor outputGradient) {
            try (Tensor weight = packed.cast(computeDtype)) {
                return outputGradient.matmul(weight);
            }
        }

        @Override
        public Tensor dense(DType dtype) {
            return packed.cast(dtype);
        }

        @Override
        public void close() {
            packed.close();
        }
    }
}
