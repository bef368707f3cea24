// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * YAML to config nodes, from SnakeYAML's node graph, so that no object of any class is ever constructed. Bounded in size,
 * depth and aliases; duplicate keys and tags beyond the core schema are refused.
 */
final class YamlParser {
    /** The reader's work grows with the square of its longest value, which is a second for this many. */
    static final int MOST_CHARACTERS = 1024 * 1024;

    private static final int DEEPEST = 64;
    private static final int MOST_NODES = 100_000;
    private static final int LONGEST_KEY = 1000;
    private static final Set<Tag> CORE_TAGS = Set.of(
            Tag.STR,
            Tag.INT,
            Tag.FLOAT,
            Tag.BOOL,
            Tag.NULL,
            Tag.TIMESTAMP,
            Tag.MERGE,
            Tag.MAP,
            Tag.SEQ,
            new Tag(Tag.PREFIX + "value"));

    private final String sourceName;
    private final Problems problems;
    private int nodes;

    private YamlParser(String sourceName, Problems problems) {
        this.sourceName = sourceName;
        this.problems = problems;
    }

    /** The document's mapping; an empty one after recording a problem. */
    static Mapping parse(String yaml, String sourceName, Problems problems) {
        return new YamlParser(sourceName, problems).document(yaml);
    }

    private Mapping document(String yaml) {
        Origin start = new Origin(sourceName, 0);
        Mapping empty = new Mapping(Map.of(), start);
        Node root = compose(yaml, start);
        if (root == null) {
            return empty;
        }
        ConfigNode node = convert(root, "", 0);
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        problems.add(start, "", "expected keys and values at the top level, such as 'epochs: 1'");
        return empty;
    }

    private @Nullable Node compose(String yaml, Origin start) {
        if (yaml.length() > MOST_CHARACTERS) {
            problems.add(start, "", "is larger than 1 MB, which no config is; is it the right file?");
            return null;
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MOST_CHARACTERS);
        options.setNestingDepthLimit(DEEPEST);
        options.setMaxAliasesForCollections(50);
        options.setAllowRecursiveKeys(false);
        try {
            Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
            if (root == null) {
                problems.add(start, "", "is empty; a config has at least a model, a tokenizer and a dataset");
            }
            return root;
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
            String what = e.getProblem() == null ? e.getContext() : e.getProblem();
            problems.add(mark == null ? start : origin(mark), "", "is no valid YAML: " + what);
        } catch (YAMLException e) {
            problems.add(start, "", "is no valid YAML: " + firstLine(e.getMessage()));
        }
        return null;
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unknown reason" : message.lines().findFirst().orElse("");
    }

    private ConfigNode convert(Node node, String path, int depth) {
        Origin origin = origin(node.getStartMark());
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            if (nodes <= MOST_NODES + 1) {
                problems.add(
                        origin,
                        path,
                        "the config is too deep or too large: at most " + DEEPEST + " levels and " + MOST_NODES
                                + " values, aliases counted as often as they are used");
            }
            nodes = MOST_NODES + 1;
            return new Scalar(null, "null", origin);
        }
        if (!CORE_TAGS.contains(node.getTag())) {
            problems.add(origin, path, "the tag " + node.getTag() + " is not supported; leave it out");
            return new Scalar(null, "null", origin);
        }
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar, origin);
        }
        if (node instanceof SequenceNode sequence) {
            List<ConfigNode> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(convert(item, path + "[" + items.size() + "]", depth + 1));
            }
            return new Sequence(items, origin);
        }
        return mapping((MappingNode) node, path, origin, depth);
    }

    private static Scalar scalar(ScalarNode node, Origin origin) {
        String text = node.getValue();
        boolean plain = node.getScalarStyle() == ScalarStyle.PLAIN;
        boolean taggedNumber = node.getTag().equals(Tag.INT) || node.getTag().equals(Tag.FLOAT);
        return new Scalar(plain || taggedNumber ? ScalarTypes.typed(text) : text, text, origin);
    }

    private Mapping mapping(MappingNode node, String path, Origin origin, int depth) {
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        Map<String, ConfigNode> merged = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            Node keyNode = tuple.getKeyNode();
            if (!(keyNode instanceof ScalarNode key)) {
                problems.add(origin(keyNode.getStartMark()), path, "a key must be a plain text");
                continue;
            }
            String name = key.getValue();
            if (name.length() > LONGEST_KEY) {
                problems.add(
                        origin(keyNode.getStartMark()),
                        path,
                        "a key of " + name.length() + " characters; at most " + LONGEST_KEY + " are read");
                continue;
            }
            String child = path.isEmpty() ? name : path + "." + name;
            ConfigNode value = convert(tuple.getValueNode(), child, depth + 1);
            if (key.getTag().equals(Tag.MERGE)) {
                merge(value, merged, child);
            } else {
                ConfigNode first = entries.putIfAbsent(name, value);
                if (first != null) {
                    problems.add(origin(key.getStartMark()), child, "is written twice, first at " + first.origin());
                }
            }
        }
        merged.forEach(entries::putIfAbsent);
        return new Mapping(entries, origin);
    }

    private void merge(ConfigNode value, Map<String, ConfigNode> merged, String path) {
        if (value instanceof Mapping mapping) {
            mapping.entries().forEach(merged::putIfAbsent);
        } else if (value instanceof Sequence sequence
                && sequence.items().stream().allMatch(Mapping.class::isInstance)) {
            sequence.items().forEach(item -> ((Mapping) item).entries().forEach(merged::putIfAbsent));
        } else {
            problems.add(value.origin(), path, "expected a section to merge, such as *defaults");
        }
    }

    private Origin origin(Mark mark) {
        int line = mark.getLine() + 1;
        int column = mark.getColumn() + 1;
        return new Origin(sourceName + ":" + line + ":" + column, (long) line << 20 | Math.min(column, (1 << 20) - 1));
    }
}
