// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.server.model.PromptScorer.Place;
import org.jspecify.annotations.Nullable;

/** {@code logprobs} of a completion: tokens, their log-probabilities, the likeliest ones, and where each begins in the text. */
final class TokenLog {
    private final Serving serving;
    private ObjectNode node = empty();
    private int offset;

    TokenLog(Serving serving) {
        this.serving = serving;
    }

    private static ObjectNode empty() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.putArray("tokens");
        node.putArray("token_logprobs");
        node.putArray("top_logprobs");
        node.putArray("text_offset");
        return node;
    }

    /** Adds a token of the prompt; {@code place} is null for the first one, which has no log-probability. */
    void add(int token, @Nullable Place place) {
        append(token);
        if (place == null) {
            node.withArray("token_logprobs").addNull();
            node.withArray("top_logprobs").addNull();
            return;
        }
        node.withArray("token_logprobs").add(place.logProbability());
        ObjectNode top = node.withArray("top_logprobs").addObject();
        place.likeliest().forEach(each -> put(top, each.id(), each.logProbability()));
    }

    void add(GeneratedToken token) {
        append(token.id());
        node.withArray("token_logprobs").add(token.logProbability());
        ObjectNode top = node.withArray("top_logprobs").addObject();
        token.likeliest().forEach(each -> put(top, each.id(), each.logProbability()));
    }

    private void append(int token) {
        String text = serving.text(token);
        node.withArray("tokens").add(text);
        node.withArray("text_offset").add(offset);
        offset += text.length();
    }

    /** If several tokens have the same text, the likeliest is kept. */
    private void put(ObjectNode top, int token, double logProbability) {
        String text = serving.text(token);
        if (!top.has(text)) {
            top.put(text, logProbability);
        }
    }

    ObjectNode json() {
        return node;
    }

    /** Returns what was added since the last call. */
    ObjectNode take() {
        ObjectNode taken = node;
        node = empty();
        return taken;
    }
}
