// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.tensor.DType;

/**
 * Makes a model's norms. Where a checkpoint keeps w of {@code 1 + w}, the sum is made and kept in fp32: bf16 has no numbers
 * between 1 and 1.0078.
 */
record NormWeights(Backend backend, DType dtype, WeightSource weights, LinearFactory linears, NormStyle style) {
    RmsNorm norm(String name) {
        return new RmsNorm(backend, load(name), style.epsilon());
    }

    ModelWeight load(String name) {
        if (!style.plusOne()) {
            return linears.weight(name, () -> weights.load(backend, name, dtype));
        }
        DType wide = dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        return linears.weight(name, () -> weights.load(backend, name, wide)).plus(1, wide);
    }
}
