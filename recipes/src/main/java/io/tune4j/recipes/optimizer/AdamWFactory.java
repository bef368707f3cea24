package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code AdamW} with PyTorch's option names and defaults. */
public final class AdamWFactory implements ComponentFactory<OptimizerProvider> {
    /** Of bitsandbytes' and torchao's optimizers, for which this one stands. */
    private static final List<String> LOW_BIT_KEYS = List.of(
            "block_size",
            "bf16_stochastic_round",
            "optim_bits",
            "min_8bit_size",
            "percentile_clipping",
            "block_wise",
            "is_paged",
            "args");

    private static final List<String> TORCH_KEYS = List.of("capturable", "differentiable");

    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return "AdamW";
    }

    @Override
    public List<String> aliases() {
        return List.of("torch.optim.AdamW", "adamw");
    }

    @Override
    public String summary() {
        return "Adam with decoupled weight decay; state in fp32";
    }

    @Override
    public @Nullable OptimizerProvider create(ConfigReader options, ComponentContext context) {
        double learningRate = options.number("lr", 1e-3, 0, Double.MAX_VALUE);
        List<Double> betas = options.numbers("betas", List.of(0.9, 0.999));
        double epsilon = options.number("eps", 1e-8, 0, 1);
        double weightDecay = options.number("weight_decay", 1e-2, 0, 1);
        options.accept("fused", "the update is always fused here");
        options.accept("foreach", "the update is always fused here");
        for (String key : LOW_BIT_KEYS) {
            options.accept(key, "the state is kept in fp32, so there is nothing to quantize or page");
        }
        for (String key : TORCH_KEYS) {
            options.accept(key, "is PyTorch's own business");
        }
        if (options.bool("amsgrad", false)) {
            options.problem("amsgrad", "the AMSGrad variant is not implemented; set it to False");
        }
        if (options.bool("maximize", false)) {
            options.problem("maximize", "a loss is minimized; set it to False");
        }
        boolean valid = betas.size() == 2 && betas.stream().allMatch(beta -> beta >= 0 && beta < 1);
        if (!valid) {
            options.problem("betas", "expected two numbers from 0 to below 1, such as [0.9, 0.999], found " + betas);
            return null;
        }
        return new AdamW.Options(learningRate, betas.get(0), betas.get(1), epsilon, weightDecay);
    }
}
