// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tune4j.api.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model's {@code config.json}, as transformers 4 and 5 write it.
 *
 * @param file for messages
 */
public record HfConfig(JsonNode root, Path file) {
    /** The name of the model's class. */
    public String architecture() {
        return root.path("architectures").path(0).asText(root.path("model_type").asText("none"));
    }

    /** @throws DataException if the key is missing or no integer */
    public long integer(String key) {
        JsonNode value = root.path(key);
        if (!value.isIntegralNumber()) {
            throw new DataException(file + " has no integer " + key + "; download the model's config.json again");
        }
        return value.asLong();
    }

    public long integer(String key, long otherwise) {
        return root.path(key).isIntegralNumber() ? root.path(key).asLong() : otherwise;
    }

    public double number(String key, double otherwise) {
        return root.path(key).isNumber() ? root.path(key).asDouble() : otherwise;
    }

    public boolean isTrue(String key) {
        return root.path(key).asBoolean(false);
    }

    public boolean has(String key) {
        return root.hasNonNull(key);
    }

    public long heads() {
        return integer("num_attention_heads");
    }

    public long keyHeads() {
        return integer("num_key_value_heads", heads());
    }

    /** Elements of a head's query. */
    public long headSize() {
        return integer("head_dim", integer("hidden_size") / heads());
    }

    /** The base of the rotary frequencies of full attention. */
    public double ropeBase() {
        return number("rope_theta", ropeParameters().path("rope_theta").asDouble(10_000));
    }

    /** The scaling of rotary positions of full attention; missing if there is none. */
    public JsonNode ropeScaling() {
        JsonNode scaling = root.hasNonNull("rope_scaling") ? root.get("rope_scaling") : ropeParameters();
        String type = type(scaling);
        return type.isEmpty() || type.equals("default") ? MissingNode.getInstance() : scaling;
    }

    /** The kind of a scaling; empty for none. */
    public static String type(JsonNode scaling) {
        return scaling.path("rope_type").asText(scaling.path("type").asText(""));
    }

    private JsonNode ropeParameters() {
        JsonNode parameters = root.path("rope_parameters");
        return parameters.has("full_attention") ? parameters.get("full_attention") : parameters;
    }

    /** The numbers of a list. */
    public static List<Double> numbers(JsonNode list) {
        List<Double> numbers = new ArrayList<>();
        list.forEach(each -> numbers.add(each.asDouble()));
        return numbers;
    }
}
