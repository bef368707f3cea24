// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;

/** {@code SGD} with PyTorch's option names and defaults. */
public final class SgdFactory implements ComponentFactory<OptimizerProvider> {
    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return "SGD";
    }

    @Override
    public List<String> aliases() {
        return List.of("torch.optim.SGD", "sgd");
    }

    @Override
    public String summary() {
        return "gradient descent, with momentum if wanted";
    }

    @Override
    public OptimizerProvider create(ConfigReader options, ComponentContext context) {
        CommonOptions common = CommonOptions.read(options, 1e-3, 0);
        double momentum = options.number("momentum", 0, 0, 1);
        double dampening = options.number("dampening", 0, 0, 1);
        boolean nesterov = options.bool("nesterov", false);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            options.problem("nesterov", "needs a momentum above 0 and no dampening");
        }
        return common.with(new SgdRule(momentum, dampening, nesterov, common.weightDecay()));
    }
}
