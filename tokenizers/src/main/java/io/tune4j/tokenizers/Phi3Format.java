// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.error.DataException;
import java.util.List;

/**
 * Phi-3's turns, {@code <|user|>\n...<|end|>\n}, as torchtune makes them ({@code models/phi3/_tokenizer.py}): the header of a trained
 * message is trained too.
 */
final class Phi3Format implements MessageFormat {
    private final HfTokenizer tokenizer;
    private final int end;
    private final int system;
    private final int user;
    private final int assistant;
    private final int[] newline;

    Phi3Format(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.end = tokenizer.id("<|end|>");
        this.system = tokenizer.id("<|system|>");
        this.user = tokenizer.id("<|user|>");
        this.assistant = tokenizer.id("<|assistant|>");
        this.newline = tokenizer.encode("\n");
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        begin(tokens, messages.get(0).weight());
        for (Templated message : messages) {
            message(message, tokens, message.weight());
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.truncate(limit, -1, 0);
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        begin(tokens, 0);
        messages.forEach(message -> message(message, tokens, 0));
        header(Role.ASSISTANT, tokens, 0);
    }

    private void begin(TokenBuilder tokens, float weight) {
        if (tokenizer.bos() >= 0) {
            tokens.add(tokenizer.bos(), weight);
        }
    }

    private void message(Templated message, TokenBuilder tokens, float weight) {
        header(message.role(), tokens, weight);
        for (String part : message.parts()) {
            tokens.addAll(tokenizer.encodePart(part, true), weight);
        }
        tokens.add(end, weight);
        tokens.addAll(newline, weight);
    }

    private void header(Role role, TokenBuilder tokens, float weight) {
        tokens.add(
                switch (role) {
                    case SYSTEM -> system;
                    case USER -> user;
                    case ASSISTANT -> assistant;
                    case TOOL ->
                        throw new DataException("tokenizer.chat_format phi3 has no place for what a tool gives"
                                + " back; set tokenizer.chat_format to template, or leave such records out");
                },
                weight);
        tokens.addAll(newline, weight);
    }
}
