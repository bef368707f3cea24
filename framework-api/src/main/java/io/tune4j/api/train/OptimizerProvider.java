package io.tune4j.api.train;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.plugin.ConfigSection;
import java.util.List;

/** An optimizer's checked options. A component type. */
@ConfigSection("optimizer")
public interface OptimizerProvider {
    /** The configured learning rate, before any schedule. */
    double learningRate();

    /** Bytes of state per trainable parameter, for the disk check. */
    int stateBytesPerParameter();

    Optimizer create(Backend backend, List<Parameter> parameters);
}
