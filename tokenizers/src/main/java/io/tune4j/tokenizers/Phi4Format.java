// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Phi-4's turns, {@code <|im_start|>user<|im_sep|>...<|im_end|>}, as torchtune makes them ({@code models/phi4/_tokenizer.py}): the
 * header of a trained message is trained too. Other than there, answers end in {@code <|im_end|>} as well: a model that is trained
 * without it does not stop.
 */
final class Phi4Format implements MessageFormat {
    private static final Pattern BLANKS_AT_END = Pattern.compile(" +\\z");

    private final HfTokenizer tokenizer;
    private final int start;
    private final int separator;
    private final int end;

    Phi4Format(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.start = tokenizer.id("<|im_start|>");
        this.separator = tokenizer.id("<|im_sep|>");
        this.end = tokenizer.id("<|im_end|>");
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        for (Templated message : messages) {
            message(message, tokens, message.weight());
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.truncate(limit, end, messages.get(messages.size() - 1).weight());
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        messages.forEach(message -> message(message, tokens, 0));
        header(Role.ASSISTANT, tokens, 0);
    }

    private void message(Templated message, TokenBuilder tokens, float weight) {
        header(message.role(), tokens, weight);
        for (String part : message.parts()) {
            tokens.addAll(tokenizer.encode(BLANKS_AT_END.matcher(part).replaceFirst("")), weight);
        }
        tokens.add(end, weight);
    }

    private void header(Role role, TokenBuilder tokens, float weight) {
        tokens.add(start, weight);
        tokens.addAll(tokenizer.encode(role == Role.TOOL ? "ipython" : role.dataName()), weight);
        tokens.add(separator, weight);
    }
}
