// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The right side of an override: a list, a section or a quoted text in YAML's syntax, else one value as it stands. */
final class OverrideValue {
    private OverrideValue() {}

    static ConfigNode parse(String text, Origin origin, Problems problems) {
        String trimmed = text.strip();
        boolean structured = !trimmed.isEmpty() && "[{\"'".indexOf(trimmed.charAt(0)) >= 0;
        if (!structured) {
            return new Scalar(ScalarTypes.typed(trimmed), trimmed, origin);
        }
        Problems own = new Problems();
        Mapping parsed = YamlParser.parse("value: " + trimmed, "override", own);
        ConfigNode value = parsed.entries().get("value");
        if (!own.isEmpty() || value == null) {
            problems.add(
                    origin,
                    "",
                    "the value is no valid YAML; write a list as [a, b], a text with special characters"
                            + " in quotes (and the whole override in quotes for the shell)");
            return new Scalar(null, "null", origin);
        }
        return at(value, origin);
    }

    private static ConfigNode at(ConfigNode node, Origin origin) {
        if (node instanceof Scalar scalar) {
            return new Scalar(scalar.value(), scalar.text(), origin);
        }
        if (node instanceof Sequence sequence) {
            List<ConfigNode> items =
                    sequence.items().stream().map(item -> at(item, origin)).toList();
            return new Sequence(items, origin);
        }
        Map<String, ConfigNode> entries = new LinkedHashMap<>();
        ((Mapping) node).entries().forEach((key, value) -> entries.put(key, at(value, origin)));
        return new Mapping(entries, origin);
    }
}
