package io.tune4j.recipes.testing;

import io.tune4j.api.config.ConfigLoader;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.optimizer.AdamWFactory;
import java.util.Objects;

/** Config sections from a text. */
public final class Readers {
    private Readers() {}

    public static ConfigReader of(String yaml) {
        Problems problems = new Problems();
        ConfigReader reader = new ConfigReader(ConfigLoader.parse(yaml, "test", problems), problems, new Notices());
        problems.throwIfAny();
        return reader;
    }

    /** For components that contain no others and need no folders. */
    public static ComponentContext context() {
        return new ComponentContext(new NoComponents(), null, null);
    }

    /** An optimizer's options. */
    public static OptimizerProvider optimizer(String yaml) {
        return Objects.requireNonNull(new AdamWFactory().create(of(yaml), context()));
    }
}
