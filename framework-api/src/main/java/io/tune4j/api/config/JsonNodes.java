// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as config nodes. The origin of each node is the file: Jackson's trees keep no lines. */
final class JsonNodes {
    private JsonNodes() {}

    static ConfigNode of(JsonNode node, Origin origin) {
        if (node.isObject()) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            node.properties().forEach(entry -> entries.put(entry.getKey(), of(entry.getValue(), origin)));
            return new Mapping(entries, origin);
        }
        if (node.isArray()) {
            List<ConfigNode> items = new ArrayList<>();
            node.forEach(item -> items.add(of(item, origin)));
            return new Sequence(items, origin);
        }
        return new Scalar(value(node), node.asText(), origin);
    }

    private static @Nullable Object value(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        return node.isNumber() ? (Object) node.doubleValue() : node.asText();
    }
}
