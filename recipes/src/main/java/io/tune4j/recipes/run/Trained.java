// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.train.Optimizer;
import java.util.List;

/**
 * The parts that training changes.
 *
 * @param adapter what is trained, which may be all weights
 * @param baseModel what the adapter names as its base
 */
public record Trained(Backend backend, Adapter adapter, Optimizer optimizer, String baseModel) {
    public List<Parameter> parameters() {
        return adapter.parameters();
    }

    public void clearGradients() {
        parameters().forEach(Parameter::clearGradient);
    }
}
