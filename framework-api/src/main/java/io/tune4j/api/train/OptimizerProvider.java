// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** An optimizer's checked options. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("optimizer")
public interface OptimizerProvider {
    /** The configured learning rate, before any schedule. */
    double learningRate();

    /** Bytes of state per trainable parameter, at most, for the disk check. */
    double stateBytesPerParameter();

    /**
     * Copies this provider with another dtype of the state, for {@code optimizer_state_dtype}.
     *
     * @return null if this optimizer decides about its state itself
     */
    default @Nullable OptimizerProvider withStateDtype(DType dtype) {
        return null;
    }

    /** A remark for users about this optimizer on a device, in one sentence; null for none. */
    default @Nullable String remark(Device device) {
        return null;
    }

    /**
     * Makes the optimizer, which allocates its state; the caller closes it.
     *
     * @param parameters in an order that stays the same from run to run, because a saved state has that order
     */
    Optimizer create(Backend backend, List<Parameter> parameters);

    /**
     * Makes an optimizer for groups, each with its own factor of the learning rate.
     *
     * @throws UserException if this optimizer has one rate for all, and the groups do not
     */
    default Optimizer createForGroups(Backend backend, List<ParameterGroup> groups) {
        if (groups.stream().anyMatch(group -> group.rateFactor() != 1)) {
            throw new UserException("this optimizer has one learning rate for all parameters;"
                    + " leave optimizer.loraplus_lr_ratio out, or use AdamW");
        }
        return create(
                backend,
                groups.stream().flatMap(group -> group.parameters().stream()).toList());
    }
}
