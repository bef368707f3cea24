// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.plugin.ComponentFactory;
import java.util.ArrayList;
import java.util.List;

/** The losses by torchtune's names, and those of papers that torchtune has not. */
public final class PreferenceLosses {
    private PreferenceLosses() {}

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        List<ComponentFactory<?>> all = new ArrayList<>(DpoLoss.components());
        all.add(SimPoLoss.component());
        all.add(OrpoLoss.component());
        all.add(KtoLoss.component());
        return List.copyOf(all);
    }
}
