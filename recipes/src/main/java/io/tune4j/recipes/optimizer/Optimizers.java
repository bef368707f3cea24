// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.OptimizerProvider;
import java.util.ArrayList;
import java.util.List;

/** The optimizers there are. */
public final class Optimizers {
    private Optimizers() {}

    /** All of them. */
    public static List<ComponentFactory<OptimizerProvider>> all() {
        List<ComponentFactory<OptimizerProvider>> all = new ArrayList<>(AdamWFactory.all());
        all.add(new CpuOffloadFactory());
        all.add(new SgdFactory());
        all.add(new AdafactorFactory());
        all.add(new LionFactory());
        return List.copyOf(all);
    }
}
