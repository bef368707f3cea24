package io.tune4j.recipes.testing;

import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentRegistry;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.optimizer.AdamWFactory;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import java.util.Objects;

/** What components are made with in tests. */
public final class Readers {
    private Readers() {}

    /** For components that contain no others and need no folders. */
    public static ComponentContext context() {
        return new ComponentContext(ComponentRegistry.of(List.of()), null, null);
    }

    /** An optimizer's options. */
    public static OptimizerProvider optimizer(String yaml) {
        return Objects.requireNonNull(new AdamWFactory().create(Sections.of(yaml), context()));
    }
}
