// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;

/**
 * Turns between the beginning and the end token, for base models and Llama 2, as torchtune's {@code
 * tokenize_messages_no_special_tokens} makes them: each assistant message ends a turn, and the end token is trained with
 * it. Llama 2's tags are a template around the messages.
 */
final class TurnFormat implements MessageFormat {
    private final HfTokenizer tokenizer;

    TurnFormat(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        // Without it a model would learn to talk on for ever.
        tokenizer.requireEnd();
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        boolean startsTurn = true;
        boolean endsInBlank = false;
        float weight = 0;
        for (Templated message : messages) {
            weight = message.weight();
            if (startsTurn && tokenizer.bos() >= 0) {
                tokens.add(tokenizer.bos(), weight);
            }
            boolean continues = !startsTurn && !endsInBlank;
            for (String part : message.parts()) {
                tokens.addAll(tokenizer.encodePart(part, continues), weight);
                endsInBlank = part.endsWith(" ");
            }
            startsTurn = message.role() == Role.ASSISTANT;
            if (startsTurn && tokenizer.eos() >= 0) {
                tokens.add(tokenizer.eos(), weight);
            }
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.truncate(limit, tokenizer.eos(), weight);
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        conversation(messages, tokens, Truncation.NONE);
    }
}
