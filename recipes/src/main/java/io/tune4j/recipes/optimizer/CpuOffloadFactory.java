// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code CPUOffloadOptimizer} as torchao has it: another optimizer with its state and its update on the host. */
public final class CpuOffloadFactory implements ComponentFactory<OptimizerProvider> {
    /** The default of torchao's {@code minimal_size}. */
    private static final int LEAST_MOVED = 4096;

    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return "CPUOffloadOptimizer";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchao.optim.CPUOffloadOptimizer", "torchao.prototype.low_bit_optim.CPUOffloadOptimizer");
    }

    @Override
    public String summary() {
        return "another optimizer (optimizer_class) with state and update on the host";
    }

    @Override
    public @Nullable OptimizerProvider create(ConfigReader options, ComponentContext context) {
        String inner = options.string("optimizer_class", "torch.optim.AdamW");
        int leastMoved = options.integer("minimal_size", LEAST_MOVED, 0, Integer.MAX_VALUE);
        options.accept("offload_gradients", "a gradient is brought to the host when its parameter is updated");
        for (ComponentFactory<OptimizerProvider> factory : Optimizers.all()) {
            boolean named = factory.name().equals(inner) || factory.aliases().contains(inner);
            if (named && !(factory instanceof CpuOffloadFactory)) {
                return factory.create(options, context) instanceof OptimizerOptions made
                        ? made.with(made.format(), Placement.HOST, leastMoved)
                        : null;
            }
        }
        List<String> known = Optimizers.all().stream()
                .map(ComponentFactory::name)
                .filter(name -> !name.equals(name()))
                .toList();
        options.keys().forEach(options::claim);
        options.problem(
                "optimizer_class",
                "there is no optimizer '" + inner + "' to offload"
                        + NearMisses.didYouMean(inner.substring(inner.lastIndexOf('.') + 1), known) + "; known: "
                        + String.join(", ", known));
        return null;
    }
}
