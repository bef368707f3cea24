// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code Lion} with the option names and defaults of its authors and bitsandbytes. */
public final class LionFactory implements ComponentFactory<OptimizerProvider> {
    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return "Lion";
    }

    @Override
    public List<String> aliases() {
        return List.of("bitsandbytes.optim.Lion", "lion");
    }

    @Override
    public String summary() {
        return "the sign of averaged gradients; a third to a tenth of AdamW's rate, half of its state";
    }

    @Override
    public @Nullable OptimizerProvider create(ConfigReader options, ComponentContext context) {
        CommonOptions common = CommonOptions.read(options, 1e-4, 0);
        List<Double> betas = CommonOptions.betas(options, 0.9, 0.99);
        return betas == null ? null : common.with(new LionRule(betas.get(0), betas.get(1), common.weightDecay()));
    }
}
