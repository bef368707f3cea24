// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.config.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code ${...}} in values, as OmegaConf writes it: {@code ${output_dir}} is another key's value, {@code ${.lr}} one of
 * the same section, {@code ${oc.env:NAME,default}} an environment variable. A value that is nothing but a reference takes
 * the other's type, also a whole section; within a text it becomes text. {@code \${} is a plain {@code ${}.
 */
final class Interpolation {
    private static final String ENVIRONMENT = "oc.env:";
    private static final int LONGEST_TEXT = 1 << 20;
    private static final int MOST_NODES = 100_000;
    /** Characters of all references within texts together. */
    private static final int MOST_TEXT = 1 << 24;
    /** References and sections within each other; a file has fewer of the latter. Each takes a part of the thread's stack. */
    private static final int DEEPEST = 200;

    /** Stands for a reference that could not be resolved. */
    private static final Scalar NOTHING = new Scalar(null, "null", Origin.DEFAULT);

    private final Mapping root;
    private final Map<String, String> environment;
    private final Map<String, String> variables;
    private final Problems problems;
    private final Map<ConfigNode, ConfigNode> resolved = new IdentityHashMap<>();
    private final Map<ConfigNode, Extent> extents = new IdentityHashMap<>();
    private final Set<String> inProgress = new LinkedHashSet<>();
    private int nested;
    private long written;

    /** The size of a section or list whose references are resolved. */
    private record Extent(int nodes, int depth) {
        static final Extent SCALAR = new Extent(1, 1);
    }

    Interpolation(Mapping root, Map<String, String> environment, Map<String, String> variables, Problems problems) {
        this.root = root;
        this.environment = environment;
        this.variables = variables;
        this.problems = problems;
    }

    /** The tree without references; one that cannot be resolved is a problem, and null. */
    Mapping resolve() {
        ConfigNode result = resolve(root, List.of());
        return result instanceof Mapping mapping ? mapping : new Mapping(Map.of(), root.origin());
    }

    private ConfigNode resolve(ConfigNode node, List<String> path) {
        ConfigNode known = resolved.get(node);
        if (known != null) {
            return known;
        }
        if (isTooDeep(node, path)) {
            return NOTHING;
        }
        nested++;
        try {
            ConfigNode result = compute(node, path);
            resolved.put(node, result);
            return result;
        } finally {
            nested--;
        }
    }

    private ConfigNode compute(ConfigNode node, List<String> path) {
        if (node instanceof Mapping mapping) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            mapping.entries().forEach((key, value) -> entries.put(key, resolve(value, child(path, key))));
            return limited(new Mapping(entries, node.origin()), entries.values(), path);
        }
        if (node instanceof Sequence sequence) {
            List<ConfigNode> items = new ArrayList<>();
            for (ConfigNode item : sequence.items()) {
                items.add(resolve(item, child(path, String.valueOf(items.size()))));
            }
            return limited(new Sequence(items, node.origin()), items, path);
        }
        Scalar scalar = (Scalar) node;
        return scalar.value() instanceof String text && text.contains("${") ? interpolate(scalar, text, path) : scalar;
    }

    /** References to references double the size with each level: a few lines could fill the memory of every reader. */
    private ConfigNode limited(ConfigNode node, Iterable<ConfigNode> children, List<String> path) {
        int size = 1;
        int depth = 1;
        for (ConfigNode child : children) {
            Extent extent = extents.getOrDefault(child, Extent.SCALAR);
            size += extent.nodes;
            depth = Math.max(depth, extent.depth + 1);
            if (size > MOST_NODES || depth > DEEPEST) {
                problems.add(
                        node.origin(),
                        String.join(".", path),
                        "its references expand to more than "
                                + (size > MOST_NODES
                                        ? MOST_NODES + " values"
                                        : DEEPEST + " sections within each other"));
                return NOTHING;
            }
        }
        extents.put(node, new Extent(size, depth));
        return node;
    }

    private ConfigNode interpolate(Scalar scalar, String text, List<String> path) {
        String key = String.join(".", path);
        if (!inProgress.add(key)) {
            problems.add(scalar.origin(), key, "refers to itself: " + String.join(" -> ", inProgress) + " -> " + key);
            return NOTHING;
        }
        try {
            ConfigNode whole = whole(scalar, text, path);
            if (whole != null) {
                return whole;
            }
            String replaced = replaced(scalar, text, path);
            return replaced == null ? NOTHING : new Scalar(replaced, replaced, scalar.origin());
        } finally {
            inProgress.remove(key);
        }
    }

    /** The value of a text that is one reference from its beginning to its end; null if it is not. */
    private @Nullable ConfigNode whole(Scalar scalar, String text, List<String> path) {
        if (!text.startsWith("${") || end(text, 0) != text.length()) {
            return null;
        }
        String inner = replaced(scalar, text.substring(2, text.length() - 1), path);
        return inner == null ? NOTHING : Objects.requireNonNullElse(lookUp(scalar, inner.strip(), path), NOTHING);
    }

    /** The text with each reference replaced; null after a problem. */
    private @Nullable String replaced(Scalar scalar, String text, List<String> path) {
        if (isTooDeep(scalar, path)) {
            return null;
        }
        nested++;
        try {
            return withoutReferences(scalar, text, path);
        } finally {
            nested--;
        }
    }

    private boolean isTooDeep(ConfigNode node, List<String> path) {
        if (nested < DEEPEST) {
            return false;
        }
        problems.add(
                node.origin(),
                String.join(".", path),
                "more than " + DEEPEST + " references within each other, or each to the next; write the value itself");
        return true;
    }

    private @Nullable String withoutReferences(Scalar scalar, String text, List<String> path) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("\\${", at)) {
                result.append("${");
                at += 3;
            } else if (text.startsWith("${", at)) {
                int end = end(text, at);
                if (end < 0) {
                    problems.add(
                            scalar.origin(),
                            String.join(".", path),
                            "'${' has no closing '}'; for a plain one" + " write '\\${'");
                    return null;
                }
                String inner = replaced(scalar, text.substring(at + 2, end - 1), path);
                ConfigNode value = inner == null ? null : lookUp(scalar, inner.strip(), path);
                if (value == null) {
                    return null;
                }
                if (!(value instanceof Scalar found)) {
                    problems.add(
                            scalar.origin(),
                            String.join(".", path),
                            "${" + inner + "} is a section or a list and cannot be part of a text");
                    return null;
                }
                written += found.text().length();
                if (written > MOST_TEXT) {
                    problems.add(
                            scalar.origin(),
                            String.join(".", path),
                            "the config's references expand to more than 16 MB of text");
                    return null;
                }
                result.append(found.text());
                at = end;
            } else {
                result.append(text.charAt(at++));
            }
            if (result.length() > LONGEST_TEXT) {
                problems.add(
                        scalar.origin(), String.join(".", path), "its references expand to more than 1 MB of text");
                return null;
            }
        }
        return result.toString();
    }

    /** After the brace that closes the reference at {@code start}; -1 if none does. */
    private static int end(String text, int start) {
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private @Nullable ConfigNode lookUp(Scalar scalar, String reference, List<String> path) {
        if (variables.containsKey(reference)) {
            String value = Objects.requireNonNull(variables.get(reference));
            return new Scalar(value, value, scalar.origin());
        }
        if (reference.startsWith(ENVIRONMENT)) {
            return environmentVariable(scalar, reference.substring(ENVIRONMENT.length()), path);
        }
        if (reference.contains(":")) {
            problems.add(
                    scalar.origin(),
                    String.join(".", path),
                    "there is no resolver for ${" + reference + "}; known are ${key} and ${oc.env:NAME,default}");
            return null;
        }
        List<String> target = target(reference, path);
        ConfigNode found = target == null ? null : find(target);
        if (target == null || found == null) {
            problems.add(
                    scalar.origin(),
                    String.join(".", path),
                    "${" + reference + "} refers to no key"
                            + NearMisses.didYouMean(reference, root.entries().keySet()));
            return null;
        }
        if (isPrefix(target, path)) {
            problems.add(scalar.origin(), String.join(".", path), "${" + reference + "} refers to itself");
            return null;
        }
        problems.refer(String.join(".", target));
        ConfigNode value = resolve(found, target);
        return value == NOTHING ? null : value;
    }

    private @Nullable ConfigNode environmentVariable(Scalar scalar, String arguments, List<String> path) {
        int comma = arguments.indexOf(',');
        String name = (comma < 0 ? arguments : arguments.substring(0, comma)).strip();
        String value = environment.get(name);
        if (value == null && comma >= 0) {
            value = arguments.substring(comma + 1).strip();
        }
        if (value == null) {
            problems.add(
                    scalar.origin(),
                    String.join(".", path),
                    "the environment variable " + name + " is not set; set it, or give a default: ${oc.env:" + name
                            + ",default}");
            return null;
        }
        return new Scalar(ScalarTypes.typed(value), value, scalar.origin());
    }

    /** The absolute path of a reference; leading dots go up from the value's own section. */
    private static @Nullable List<String> target(String reference, List<String> path) {
        int dots = 0;
        while (dots < reference.length() && reference.charAt(dots) == '.') {
            dots++;
        }
        List<String> parts = KeyPath.parse(reference.substring(dots));
        if (parts == null || dots > path.size()) {
            return null;
        }
        List<String> target = dots == 0 ? new ArrayList<>() : new ArrayList<>(path.subList(0, path.size() - dots));
        target.addAll(parts);
        return target;
    }

    private @Nullable ConfigNode find(List<String> path) {
        ConfigNode node = root;
        for (String part : path) {
            if (node instanceof Mapping mapping) {
                node = mapping.entries().get(part);
            } else if (node instanceof Sequence sequence
                    && KeyPath.isIndex(part)
                    && Integer.parseInt(part) < sequence.items().size()) {
                node = sequence.items().get(Integer.parseInt(part));
            } else {
                return null;
            }
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private static boolean isPrefix(List<String> target, List<String> path) {
        return target.size() <= path.size() && path.subList(0, target.size()).equals(target);
    }

    private static List<String> child(List<String> path, String key) {
        String[] parts = Arrays.copyOf(path.toArray(String[]::new), path.size() + 1);
        parts[path.size()] = key;
        return List.of(parts);
    }
}
