// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.util.List;

/**
 * One thing that a plugin contributes.
 *
 * @param kind as users call it, e.g. {@code backend} or {@code optimizer}
 * @param name in configs and commands
 * @param aliases other names for it
 * @param summary one line
 */
public record Contribution(String kind, String name, List<String> aliases, String summary) {
    public Contribution {
        aliases = List.copyOf(aliases);
    }

    /** Describes the contribution, for messages. */
    public String label() {
        return kind + " '" + name + "'";
    }
}
