// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.server.http.ApiError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request to {@code /v1/completions}.
 *
 * @param common the common fields
 * @param prompts one or more prompts
 * @param echoes whether the answer's text begins with the prompt
 * @param likeliest how many of the likeliest tokens are reported at each position; -1 for no log-probabilities
 */
record CompletionRequest(CommonFields common, List<Prompt> prompts, boolean echoes, int likeliest) {
    private static final Set<String> OWN = Set.of("best_of", "echo", "logprobs", "prompt", "suffix");
    private static final int MOST_PROMPTS = 2048;
    /** The API's default. */
    private static final int USUAL_TOKENS = 16;

    /**
     * A prompt, as a text or as tokens.
     *
     * @param text null for tokens
     * @param tokens null for a text
     */
    record Prompt(@Nullable String text, int @Nullable [] tokens) {}

    CompletionRequest {
        prompts = List.copyOf(prompts);
    }

    /** Whether the log-probabilities of the prompt's own tokens are wanted. */
    boolean scoresPrompt() {
        return echoes && likeliest >= 0;
    }

    static CompletionRequest read(JsonNode body) {
        Fields fields = new Fields(body);
        Set<String> known = new HashSet<>(CommonFields.COMMON);
        known.addAll(OWN);
        fields.requireKnown(known);
        fields.requireUnset("suffix", "is not supported");
        Integer best = fields.integer("best_of", 1, CommonFields.MOST_ANSWERS);
        if (best != null && best > 1) {
            throw ApiError.invalid(400, "best_of", "unsupported_parameter", "'best_of' must be 1");
        }
        Integer most = fields.integer("max_tokens", 0, Integer.MAX_VALUE);
        Integer likeliest = fields.integer("logprobs", 0, 20);
        return new CompletionRequest(
                CommonFields.read(fields, most == null ? Integer.valueOf(USUAL_TOKENS) : most),
                prompts(fields.get("prompt")),
                fields.truth("echo"),
                likeliest == null ? -1 : likeliest);
    }

    private static List<Prompt> prompts(@Nullable JsonNode prompt) {
        List<Prompt> prompts = new ArrayList<>();
        if (prompt != null && prompt.isTextual()) {
            prompts.add(new Prompt(prompt.textValue(), null));
        } else if (prompt != null
                && prompt.isArray()
                && !prompt.isEmpty()
                && prompt.get(0).isNumber()) {
            prompts.add(new Prompt(null, tokens(prompt)));
        } else if (prompt != null && prompt.isArray() && prompt.size() <= MOST_PROMPTS) {
            prompt.forEach(each -> prompts.add(
                    each.isTextual() ? new Prompt(each.textValue(), null) : new Prompt(null, tokens(each))));
        }
        if (prompts.isEmpty()) {
            throw ApiError.invalid(
                    "prompt",
                    "'prompt' must be a text, a list of tokens, or a list of at most " + MOST_PROMPTS + " of these");
        }
        return prompts;
    }

    private static int[] tokens(JsonNode list) {
        int[] tokens = new int[list.size()];
        for (int i = 0; i < tokens.length; i++) {
            if (!list.get(i).isInt()) {
                throw ApiError.invalid("prompt", "'prompt' has an item in a list of tokens that is not a token id");
            }
            tokens[i] = list.get(i).intValue();
        }
        if (!list.isArray() || tokens.length == 0) {
            throw ApiError.invalid("prompt", "a prompt needs at least one token");
        }
        return tokens;
    }
}
