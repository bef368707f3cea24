// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Applies overrides to a tree, those of {@code _component_} first: they clear a section for the others to fill. */
final class OverrideApplier {
    private static final String COMPONENT = "_component_";

    private final Problems problems;
    private final Notices notices;

    OverrideApplier(Problems problems, Notices notices) {
        this.problems = problems;
        this.notices = notices;
    }

    Mapping apply(Mapping root, List<ConfigOverride> overrides) {
        Mapping result = root;
        for (ConfigOverride override : overrides) {
            if (replacesComponent(override)) {
                result = changed(result, override);
            }
        }
        for (ConfigOverride override : overrides) {
            if (!replacesComponent(override)) {
                result = changed(result, override);
            }
        }
        return result;
    }

    private static boolean replacesComponent(ConfigOverride override) {
        return override.value() != null
                && override.path().get(override.path().size() - 1).equals(COMPONENT);
    }

    private Mapping changed(Mapping root, ConfigOverride override) {
        ConfigNode changed = change(root, override, 0);
        return changed instanceof Mapping mapping ? mapping : root;
    }

    /** The node with the rest of the override's path applied; itself after recording a problem. */
    private @Nullable ConfigNode change(@Nullable ConfigNode node, ConfigOverride override, int depth) {
        List<String> path = override.path();
        if (depth == path.size()) {
            return override.value();
        }
        String part = path.get(depth);
        if (node instanceof Sequence sequence) {
            return changeItem(sequence, override, depth, part);
        }
        boolean absent = node == null || (node instanceof Scalar scalar && scalar.value() == null);
        if (!absent && !(node instanceof Mapping)) {
            String parent = String.join(".", path.subList(0, depth));
            problems.add(
                    override.origin(),
                    override.key(),
                    parent + " is a value, not a section, so it has no '" + part + "'");
            return node;
        }
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        if (node instanceof Mapping mapping) {
            entries.putAll(mapping.entries());
        }
        return changeEntry(node, entries, override, depth, part);
    }

    private @Nullable ConfigNode changeEntry(
            @Nullable ConfigNode node,
            Map<String, ConfigNode> entries,
            ConfigOverride override,
            int depth,
            String part) {
        boolean last = depth == override.path().size() - 1;
        if (override.value() == null && !entries.containsKey(part)) {
            problems.add(
                    override.origin(),
                    override.key(),
                    "there is no such key to delete" + NearMisses.didYouMean(part, entries.keySet()));
            return node;
        }
        if (last && replacesComponent(override)) {
            dropOldOptions(entries, override);
        }
        ConfigNode child = change(entries.get(part), override, depth + 1);
        if (child == null) {
            entries.remove(part);
        } else {
            entries.put(part, child);
        }
        return new Mapping(entries, node == null ? override.origin() : node.origin());
    }

    private void dropOldOptions(Map<String, ConfigNode> entries, ConfigOverride override) {
        ConfigNode old = entries.get(COMPONENT);
        boolean same = old instanceof Scalar before
                && override.value() instanceof Scalar after
                && before.text().equals(after.text());
        if (old == null || same) {
            return;
        }
        Set<String> dropped = new TreeSet<>(entries.keySet());
        dropped.remove(COMPONENT);
        if (!dropped.isEmpty()) {
            notices.add(
                    override.origin() + ": the keys of the old component are dropped: " + String.join(", ", dropped));
        }
        entries.clear();
    }

    private ConfigNode changeItem(Sequence sequence, ConfigOverride override, int depth, String part) {
        List<ConfigNode> items = new ArrayList<>(sequence.items());
        if (!KeyPath.isIndex(part) || Integer.parseInt(part) >= items.size()) {
            problems.add(
                    override.origin(),
                    override.key(),
                    String.join(".", override.path().subList(0, depth)) + " is a list of " + items.size()
                            + (items.isEmpty() ? "" : "; its items are [0] to [" + (items.size() - 1) + "]"));
            return sequence;
        }
        int index = Integer.parseInt(part);
        ConfigNode child = change(items.get(index), override, depth + 1);
        if (child == null) {
            items.remove(index);
        } else {
            items.set(index, child);
        }
        return new Sequence(items, sequence.origin());
    }
}
