// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import io.tune4j.api.error.UserException;
import io.tune4j.app.plugins.Contribution;
import io.tune4j.app.plugins.RefusedPlugin;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * When a name of the config is unknown, it may be in a plugin that was refused: then that comes first, because it is the cause
 * and the message about the name only its consequence.
 */
final class MissedNames {
    private final List<RefusedPlugin> refused;

    MissedNames(List<RefusedPlugin> refused) {
        this.refused = refused;
    }

    /**
     * Puts the cause in front of a failure's message.
     *
     * @param misses names that no plugin has, e.g. {@code backend 'x'}
     */
    UserException explain(UserException failure, List<String> misses) {
        if (misses.isEmpty() || refused.isEmpty()) {
            return failure;
        }
        List<RefusedPlugin> owners = refused.stream()
                .filter(plugin -> misses.stream().anyMatch(miss -> has(plugin, miss)))
                .toList();
        // One that was refused before it could say what it has may have anything.
        List<RefusedPlugin> suspects = owners.isEmpty()
                ? refused.stream()
                        .filter(plugin -> plugin.contributions().isEmpty())
                        .toList()
                : owners;
        if (suspects.isEmpty()) {
            return failure;
        }
        String reasons = suspects.stream()
                .map(plugin -> "  plugin '" + plugin.id() + "' (" + plugin.location() + "): " + plugin.reason())
                .collect(Collectors.joining("\n"));
        String what = owners.isEmpty()
                ? "plugins were refused, and what is missing may be in one of them:"
                : "this run needs a plugin that was refused:";
        return new UserException(what + "\n" + reasons + "\n" + failure.getMessage(), failure);
    }

    private static boolean has(RefusedPlugin plugin, String miss) {
        for (Contribution contribution : plugin.contributions()) {
            boolean named = Stream.concat(Stream.of(contribution.name()), contribution.aliases().stream())
                    .anyMatch(name -> miss.equals(contribution.kind() + " '" + name + "'")
                            // A model may be named <method>_<model>, and either part may be the missing one.
                            || miss.startsWith("model '")
                                    && (contribution.kind().equals("PEFT method")
                                                    && miss.startsWith("model '" + name + "_")
                                            || contribution.kind().equals("model") && miss.endsWith("_" + name + "'")));
            if (named) {
                return true;
            }
        }
        return false;
    }
}
