// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code Adafactor} with the option names and defaults of PyTorch's, which differ from those of transformers'. */
public final class AdafactorFactory implements ComponentFactory<OptimizerProvider> {
    /** Keys of transformers' class of this name. */
    private static final List<String> OTHER_KEYS =
            List.of("beta1", "decay_rate", "clip_threshold", "scale_parameter", "relative_step", "warmup_init");

    private static final double LEAST_SIZE = 1e-3;

    @Override
    public Class<OptimizerProvider> type() {
        return OptimizerProvider.class;
    }

    @Override
    public String name() {
        return "Adafactor";
    }

    @Override
    public List<String> aliases() {
        return List.of("torch.optim.Adafactor", "adafactor");
    }

    @Override
    public String summary() {
        return "a second moment of rows and columns alone, as torch.optim.Adafactor";
    }

    @Override
    public OptimizerProvider create(ConfigReader options, ComponentContext context) {
        CommonOptions common = CommonOptions.read(options, 1e-2, 0);
        double decay = options.number("beta2_decay", -0.8, -Double.MAX_VALUE, 0);
        double clip = options.number("d", 1, 1, Double.MAX_VALUE);
        for (String key : OTHER_KEYS) {
            if (options.has(key)) {
                options.problem(
                        key,
                        "is an option of transformers' Adafactor; this is torch.optim.Adafactor, with lr, beta2_decay,"
                                + " eps, d and weight_decay");
            }
        }
        return common.with(new AdafactorRule(
                decay,
                epsilon(options, 0),
                Objects.requireNonNullElse(epsilon(options, 1), LEAST_SIZE),
                clip,
                common.weightDecay()));
    }

    /** One of the two numbers of {@code eps}, each of which may be null; PyTorch's default is {@code [null, 1e-3]}. */
    private static @Nullable Double epsilon(ConfigReader options, int index) {
        ConfigNode node = options.node("eps");
        if (node == null) {
            return null;
        }
        if (node instanceof Sequence list
                && list.items().size() == 2
                && list.items().get(index) instanceof Scalar scalar
                && (scalar.value() == null || scalar.value() instanceof Number number && number.doubleValue() >= 0)) {
            return scalar.value() instanceof Number number ? Double.valueOf(number.doubleValue()) : null;
        }
        if (index == 0) {
            options.problem("eps", "expected two numbers of at least 0, or null, such as [null, 1e-3]");
        }
        return null;
    }
}
