// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;

/**
 * Llama 3's headers: {@code <|start_header_id|>user<|end_header_id|>\n\n...<|eot_id|>}. As in torchtune's {@code
 * models/llama3/_tokenizer.py} the header of a trained message is trained too, and the end of the text is not.
 */
final class Llama3Format implements MessageFormat {
    private final HfTokenizer tokenizer;
    private final int begin;
    private final int end;
    private final int startHeader;
    private final int endHeader;
    private final int endOfTurn;

    Llama3Format(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.begin = tokenizer.id("<|begin_of_text|>");
        this.end = tokenizer.id("<|end_of_text|>");
        this.startHeader = tokenizer.id("<|start_header_id|>");
        this.endHeader = tokenizer.id("<|end_header_id|>");
        this.endOfTurn = tokenizer.id("<|eot_id|>");
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        tokens.add(begin, 0);
        for (Templated message : messages) {
            header(message.role(), tokens, message.weight());
            body(message, tokens, message.weight());
            tokens.add(endOfTurn, message.weight());
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.add(end, 0);
        tokens.truncate(limit, end, 0);
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        tokens.add(begin, 0);
        for (Templated message : messages) {
            header(message.role(), tokens, 0);
            body(message, tokens, 0);
            tokens.add(endOfTurn, 0);
        }
        header(Role.ASSISTANT, tokens, 0);
    }

    private void body(Templated message, TokenBuilder tokens, float weight) {
        for (String part : message.parts()) {
            tokens.addAll(tokenizer.encode(part.strip()), weight);
        }
    }

    private void header(Role role, TokenBuilder tokens, float weight) {
        tokens.add(startHeader, weight);
        tokens.addAll(tokenizer.encode(role == Role.TOOL ? "ipython" : role.dataName()), weight);
        tokens.add(endHeader, weight);
        tokens.addAll(tokenizer.encode("\n\n"), weight);
    }
}
