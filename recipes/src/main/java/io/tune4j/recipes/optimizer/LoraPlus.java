package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Parameter.Role;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import java.util.List;

/**
 * LoRA+ (Hayou et al. 2024, section 4): B learns faster than A. As in peft's {@code create_loraplus_optimizer} vectors, such as DoRA's
 * magnitudes, learn like B.
 *
 * @param ratio learning rate of B over that of A; 1 is plain LoRA
 */
record LoraPlus(double ratio) {
    static LoraPlus read(ConfigReader options) {
        double ratio = options.number("loraplus_lr_ratio", 1);
        if (!(ratio > 0 && ratio <= 1e6)) {
            options.problem(
                    "loraplus_lr_ratio", "expected the learning rate of B over that of A, such as 16, found " + ratio);
            ratio = 1;
        }
        options.accept("loraplus_lr_embedding", "embeddings get no adapter here, so there is no rate to set");
        return new LoraPlus(ratio);
    }

    /** The factor of a parameter's learning rate. */
    double factor(Parameter parameter) {
        return isFast(parameter) ? ratio : 1;
    }

    private static boolean isFast(Parameter parameter) {
        return parameter.role() == Role.OUTPUT_FACTOR || parameter.value().rank() == 1;
    }

    /** @throws UserException if a ratio is set for an adapter that has no B */
    void check(List<Parameter> parameters) {
        if (ratio != 1 && parameters.stream().noneMatch(parameter -> parameter.role() == Role.OUTPUT_FACTOR)) {
            throw new UserException(
                    "optimizer.loraplus_lr_ratio is " + ratio
                            + ", but this PEFT method trains no pair of low-rank factors; leave it out, or use a lora_ or dora_ model");
        }
    }
}
