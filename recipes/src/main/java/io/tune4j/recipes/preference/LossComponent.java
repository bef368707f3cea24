// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.PreferenceLoss;
import java.util.List;
import java.util.function.Function;

/**
 * A loss by its name in configs.
 *
 * @param reader reads its options
 */
record LossComponent(String name, String summary, Function<ConfigReader, PreferenceLoss> reader)
        implements ComponentFactory<PreferenceLoss> {
    @Override
    public Class<PreferenceLoss> type() {
        return PreferenceLoss.class;
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.rlhf.loss." + name);
    }

    @Override
    public PreferenceLoss create(ConfigReader options, ComponentContext context) {
        return reader.apply(options);
    }

    /** A number above 0. */
    static double positive(ConfigReader options, String key, double usual) {
        double value = options.number(key, usual);
        if (!(value > 0 && Double.isFinite(value))) {
            options.problem(key, "expected a number above 0, found " + value);
            return usual;
        }
        return value;
    }

    /** {@code label_smoothing}: how probable it is that the preference is the wrong way round. */
    static double smoothing(ConfigReader options) {
        double value = options.number("label_smoothing", 0);
        if (!(value >= 0 && value < 0.5)) {
            options.problem(
                    "label_smoothing",
                    "expected how probable it is that a preference is wrong, at least 0 and below 0.5, found " + value);
            return 0;
        }
        return value;
    }
}
