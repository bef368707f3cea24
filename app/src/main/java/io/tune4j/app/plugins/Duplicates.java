// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ids and names that two plugins claim. Neither wins, since it would be unclear which one a run used; but what came with the
 * distribution stays, so that no jar can take its place or put it out of work.
 */
final class Duplicates {
    private final Map<LoadedPlugin, String> reasons = new HashMap<>();

    private Duplicates() {}

    static Plugins refuse(List<LoadedPlugin> loaded, List<RefusedPlugin> refused) {
        Duplicates duplicates = new Duplicates();
        Map<String, LoadedPlugin> ids = new HashMap<>();
        loaded.forEach(plugin -> duplicates.claim(ids, "id '" + plugin.id() + "'", plugin));
        Map<String, LoadedPlugin> names = new HashMap<>();
        for (LoadedPlugin plugin : loaded) {
            for (Contribution contribution : plugin.contributions()) {
                duplicates.claim(names, contribution.label(), plugin);
                contribution.aliases().stream()
                        .distinct()
                        .filter(alias -> !alias.equals(contribution.name()))
                        .forEach(alias -> duplicates.claim(names, contribution.kind() + " '" + alias + "'", plugin));
            }
        }
        List<LoadedPlugin> kept = new ArrayList<>(loaded);
        List<RefusedPlugin> all = new ArrayList<>(refused);
        for (LoadedPlugin plugin : loaded) {
            String reason = duplicates.reasons.get(plugin);
            if (reason != null) {
                kept.remove(plugin);
                all.add(plugin.refused(reason));
            }
        }
        return new Plugins(kept, all);
    }

    private void claim(Map<String, LoadedPlugin> owners, String name, LoadedPlugin plugin) {
        LoadedPlugin first = owners.putIfAbsent(name, plugin);
        if (first == null) {
            return;
        }
        if (first == plugin) {
            reasons.putIfAbsent(plugin, "it contributes the " + name + " twice");
            return;
        }
        if (!plugin.bundled()) {
            reasons.putIfAbsent(plugin, reason(name, first));
        }
        if (!first.bundled()) {
            reasons.putIfAbsent(first, reason(name, plugin));
        }
    }

    private static String reason(String name, LoadedPlugin other) {
        return "its " + name + " is also that of plugin '" + other.id() + "' (" + other.location() + ")"
                + (other.bundled()
                        ? ", which comes with tune4j; choose another name"
                        : "; neither is used until one is renamed or removed");
    }
}
