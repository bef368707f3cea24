// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.generation.Sampling;
import io.tune4j.server.http.ApiError;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The fields that requests of both kinds have in common.
 *
 * @param model the name of the model or adapter
 * @param maxTokens the most tokens of the answer; null for as many as the server allows
 * @param sampling how tokens are chosen
 * @param stops strings that end an answer
 * @param answers number of answers to each prompt
 * @param streams whether the answer is streamed as events
 * @param usage whether a stream ends with the numbers of tokens
 */
record CommonFields(
        String model,
        @Nullable Integer maxTokens,
        Sampling sampling,
        List<String> stops,
        int answers,
        boolean streams,
        boolean usage) {
    static final int MOST_ANSWERS = 16;
    private static final int MOST_STOPS = 16;

    /** Fields that every request may have. */
    static final Set<String> COMMON = Set.of(
            "frequency_penalty",
            "logit_bias",
            "max_tokens",
            "metadata",
            "min_p",
            "model",
            "n",
            "presence_penalty",
            "repetition_penalty",
            "seed",
            "service_tier",
            "stop",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "top_k",
            "top_p",
            "user");

    CommonFields {
        stops = List.copyOf(stops);
    }

    static CommonFields read(Fields fields, @Nullable Integer maxTokens) {
        fields.requireUnset("frequency_penalty", "is not supported; use repetition_penalty");
        fields.requireUnset("presence_penalty", "is not supported; use repetition_penalty");
        fields.requireUnset("logit_bias", "is not supported");
        Long seed = fields.longInteger("seed");
        Integer topK = fields.integer("top_k", 0, Integer.MAX_VALUE);
        double topP = fields.number("top_p", 1, 0, 1);
        Integer answers = fields.integer("n", 1, MOST_ANSWERS);
        boolean streams = fields.truth("stream");
        JsonNode streaming = fields.get("stream_options");
        if (streaming != null && !streams) {
            throw ApiError.invalid("stream_options", "'stream_options' needs stream: true");
        }
        return new CommonFields(
                fields.text("model"),
                maxTokens,
                new Sampling(
                        fields.number("temperature", 1, 0, 2),
                        topK == null ? 0 : topK,
                        topP == 0 ? Double.MIN_VALUE : topP,
                        fields.number("min_p", 0, 0, 1),
                        fields.number("repetition_penalty", 1, 0.01, 100),
                        seed == null ? ThreadLocalRandom.current().nextLong() : seed),
                fields.texts("stop", MOST_STOPS),
                answers == null ? 1 : answers,
                streams,
                streaming != null && streaming.path("include_usage").asBoolean(false));
    }
}
