// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** AdamW with the option names and defaults of PyTorch, torchao and bitsandbytes, its state kept in one of several ways. */
public final class AdamWFactory implements ComponentFactory<OptimizerProvider> {
    /** The default of bitsandbytes' {@code min_8bit_size}, and torchao's limit. */
    private static final int LEAST_QUANTIZED = 4096;

    /** Elements from which on bitsandbytes pages a state. */
    private static final int LEAST_PAGED = 100_000;

    private final String name;
    private final List<String> aliases;
    private final boolean quantized;
    private final boolean paged;

    private AdamWFactory(String name, boolean quantized, boolean paged, String... aliases) {
        this.name = name;
        this.aliases = List.of(aliases);
        this.quantized = quantized;
        this.paged = paged;
    }

    /** All ways to keep the state. */
    public static List<AdamWFactory> all() {
        return List.of(
                new AdamWFactory("AdamW", false, false, "torch.optim.AdamW", "adamw", "bitsandbytes.optim.AdamW"),
                new AdamWFactory(
                        "AdamW8bit",
                        true,
                        false,
                        "bitsandbytes.optim.AdamW8bit",
                        "torchao.optim.AdamW8bit",
                        "torchao.prototype.low_bit_optim.AdamW8bit"),
                new AdamWFactory("PagedAdamW", false, true, "bitsandbytes.optim.PagedAdamW"),
                new AdamWFactory("PagedAdamW8bit", true, true, "bitsandbytes.optim.PagedAdamW8bit"));
    }

    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return aliases;
    }

    @Override
    public String summary() {
        return "Adam with decoupled weight decay; state in " + (quantized ? "8 bits, in blocks" : "fp32")
                + (paged ? ", in host memory" : "");
    }

    @Override
    public @Nullable OptimizerProvider create(ConfigReader options, ComponentContext context) {
        CommonOptions common = CommonOptions.read(options, 1e-3, 1e-2);
        List<Double> betas = CommonOptions.betas(options, 0.9, 0.999);
        double epsilon = options.number("eps", 1e-8, 0, 1);
        if (options.bool("amsgrad", false)) {
            options.problem("amsgrad", "the AMSGrad variant is not implemented; set it to False");
        }
        StateFormat format = format(options);
        boolean hosted = paged || options.bool("is_paged", false);
        boolean roundsAtRandom = options.bool("bf16_stochastic_round", false);
        options.accept("args", "is bitsandbytes' own business");
        if (betas == null) {
            return null;
        }
        return new OptimizerOptions(
                new AdamWRule(name, betas.get(0), betas.get(1), epsilon, common.weightDecay()),
                common.learningRate(),
                format,
                hosted ? Placement.PAGED : Placement.DEVICE,
                hosted ? LEAST_PAGED : 0,
                roundsAtRandom);
    }

    private StateFormat format(ConfigReader options) {
        int bits = quantized ? 8 : 32;
        if (options.integer("optim_bits", bits) != bits) {
            options.problem(
                    "optim_bits",
                    name + " keeps its state in " + bits + " bits; for the other write "
                            + (quantized ? name.replace("8bit", "") : name + "8bit"));
        }
        if (options.integer("percentile_clipping", 100) != 100) {
            options.problem("percentile_clipping", "is not here; leave it at 100 and set clip_grad_norm");
        }
        if (!options.bool("block_wise", true)) {
            options.problem("block_wise", "states of 8 bits are quantized in blocks here; set it to True");
        }
        if (!quantized) {
            options.accept("block_size", "a state of fp32 has no blocks; AdamW8bit has");
            options.accept("min_8bit_size", "a state of fp32 is not quantized; AdamW8bit's is");
            return StateFormat.Numbers.FULL;
        }
        return new StateFormat.Blocks(
                options.integer("block_size", 256, 1, 1 << 20),
                options.integer("min_8bit_size", LEAST_QUANTIZED, 0, Integer.MAX_VALUE));
    }
}
