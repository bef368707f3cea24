// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.util.List;

/** Everything found. */
public record Plugins(List<LoadedPlugin> loaded, List<RefusedPlugin> refused) {
    public Plugins {
        loaded = List.copyOf(loaded);
        refused = List.copyOf(refused);
    }
}
