// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;

/** {@code loraplus_lr_ratio} of section {@code optimizer}, whichever optimizer it names; the PEFT method says what learns faster. */
final class LoraPlus {
    private static final String RATIO = "loraplus_lr_ratio";

    private LoraPlus() {}

    /** The learning rate of what learns faster over that of the rest; 1 for plain LoRA. */
    static double ratio(ConfigReader optimizer) {
        optimizer.accept("loraplus_lr_embedding", "embeddings get no adapter here, so there is no rate to set");
        double ratio = optimizer.number(RATIO, 1);
        if (ratio > 0 && ratio <= 1e6) {
            return ratio;
        }
        optimizer.problem(RATIO, "expected the learning rate of B over that of A, such as 16, found " + ratio);
        return 1;
    }
}
