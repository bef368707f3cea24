package io.tune4j.api.train;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ConfigSection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An optimizer's checked options. A component type. */
@ConfigSection("optimizer")
public interface OptimizerProvider {
    /** The configured learning rate, before any schedule. */
    double learningRate();

    /** Bytes of state per trainable parameter, at most, for the disk check. */
    double stateBytesPerParameter();

    /**
     * The same with its state in another dtype, which {@code optimizer_state_dtype} asks for.
     *
     * @return null if this optimizer decides about its state itself
     */
    default @Nullable OptimizerProvider withStateDtype(DType dtype) {
        return null;
    }

    /** What its user should know of it on a device, in one sentence; null if there is nothing to say. */
    default @Nullable String remark(Device device) {
        return null;
    }

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
