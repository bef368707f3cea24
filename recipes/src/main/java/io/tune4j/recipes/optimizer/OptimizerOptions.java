// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checked options of an optimizer.
 *
 * @param format how its state is kept
 * @param placement where
 * @param leastMoved parameters with fewer elements are left on the device all the same
 * @param roundsAtRandom whether parameters of bf16 are rounded up or down at random instead of to the nearest
 */
record OptimizerOptions(
        UpdateRule rule,
        double learningRate,
        StateFormat format,
        Placement placement,
        long leastMoved,
        boolean roundsAtRandom)
        implements OptimizerProvider {
    @Override
    public double stateBytesPerParameter() {
        return format.bytes() * rule.mostPerElement();
    }

    @Override
    public @Nullable OptimizerProvider withStateDtype(DType dtype) {
        return format instanceof StateFormat.Numbers
                ? with(new StateFormat.Numbers(dtype), placement, leastMoved)
                : null;
    }

    OptimizerOptions with(StateFormat otherFormat, Placement otherPlacement, long otherLeastMoved) {
        return new OptimizerOptions(rule, learningRate, otherFormat, otherPlacement, otherLeastMoved, roundsAtRandom);
    }

    @Override
    public @Nullable String remark(Device device) {
        return switch (placement) {
            case DEVICE -> null;
            case PAGED ->
                device.isCpu()
                        ? "on the CPU its state is ordinary memory, which the system pages like any other"
                        : "its state lies in host memory; each parameter's is brought to " + device
                                + " for its update and taken back";
            case HOST ->
                device.isCpu()
                        ? "there is nothing to offload: on the CPU state and update are on the host in any case"
                        : "state and update are on the host: gradients go there from " + device
                                + ", and updated values come back";
        };
    }

    @Override
    public Optimizer create(Backend backend, List<Parameter> parameters) {
        return createForGroups(backend, ParameterGroup.single(parameters));
    }

    @Override
    public Optimizer createForGroups(Backend backend, List<ParameterGroup> groups) {
        return new StatefulOptimizer(this, backend, groups);
    }
}
