package io.tune4j.api.train;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigSection;
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

    Optimizer create(Backend backend, List<Parameter> parameters);
}
