// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as plain values: texts, numbers, booleans, null, lists and maps. A number written without a fraction stays an integer. */
final class JsonValues {
    private JsonValues() {}

    static @Nullable Object of(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), of(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(node.size());
            node.forEach(item -> list.add(of(item)));
            return list;
        }
        if (node.isNumber()) {
            return number(node.asText());
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isNull() || node.isMissingNode() ? null : node.asText();
    }

    private static Number number(String written) {
        boolean whole = written.chars().allMatch(c -> c == '-' || Character.isDigit(c));
        return whole ? (Number) new BigInteger(written) : new BigDecimal(written);
    }
}
