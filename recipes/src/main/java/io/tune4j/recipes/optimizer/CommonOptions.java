// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.config.ConfigReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options that all optimizers share, in PyTorch's words. */
record CommonOptions(double learningRate, double weightDecay) {
    static CommonOptions read(ConfigReader options, double learningRate, double weightDecay) {
        options.accept("fused", "the update is always fused here");
        options.accept("foreach", "the update is always fused here");
        for (String key : List.of("capturable", "differentiable")) {
            options.accept(key, "is PyTorch's own business");
        }
        if (options.bool("maximize", false)) {
            options.problem("maximize", "a loss is minimized; set it to False");
        }
        return new CommonOptions(
                options.number("lr", learningRate, 0, Double.MAX_VALUE),
                options.number("weight_decay", weightDecay, 0, 1));
    }

    /** Two decays from 0 to below 1, or null after recording a problem. */
    static @Nullable List<Double> betas(ConfigReader options, double first, double second) {
        List<Double> betas = options.numbers("betas", List.of(first, second));
        if (betas.size() == 2 && betas.stream().allMatch(beta -> beta >= 0 && beta < 1)) {
            return betas;
        }
        options.problem(
                "betas",
                "expected two numbers from 0 to below 1, such as [" + first + ", " + second + "], found " + betas);
        return null;
    }

    /** State in fp32, on the device. */
    OptimizerOptions with(UpdateRule rule) {
        return new OptimizerOptions(rule, learningRate, StateFormat.Numbers.FULL, Placement.DEVICE, 0, false);
    }
}
