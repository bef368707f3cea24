// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.engine.config.SavedConfig;

/** The values of a run's config, with the defaults of those that differ. */
final class ConfigRows {
    private ConfigRows() {}

    /**
     * Adds rows with {@code key}, {@code value} and {@code origin}; where the default is known, also {@code differs} with the
     * default.
     *
     * @param defaults the defaults by dotted path, from {@link io.tune4j.api.config.ConfigReader#defaults}
     */
    static void add(String yaml, JsonNode defaults, ArrayNode rows) {
        for (SavedConfig.Value value : SavedConfig.values(yaml)) {
            ObjectNode row = rows.addObject()
                    .put("key", value.key())
                    .put("value", value.value())
                    .put("origin", value.origin());
            JsonNode standard = defaults.path(value.key());
            if (standard.isTextual()) {
                row.put("default", standard.asText());
                row.put("differs", !isSame(value.value(), standard.asText()));
            }
        }
    }

    private static boolean isSame(String value, String standard) {
        if (value.equalsIgnoreCase(standard)) {
            return true;
        }
        try {
            return Double.parseDouble(value) == Double.parseDouble(standard);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
