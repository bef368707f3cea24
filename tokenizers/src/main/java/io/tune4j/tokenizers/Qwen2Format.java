// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;

/**
 * ChatML as torchtune makes it for Qwen 2 and 2.5 ({@code models/qwen2_5/_tokenizer.py}): the header of a trained message is trained
 * too, the answer at the end has no {@code <|im_end|>}, and {@code <|endoftext|>} comes last. What a tool gives back is the user's.
 */
final class Qwen2Format implements MessageFormat {
    private final HfTokenizer tokenizer;
    private final int start;
    private final int end;
    private final int endOfText;

    Qwen2Format(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.start = tokenizer.id("<|im_start|>");
        this.end = tokenizer.id("<|im_end|>");
        this.endOfText = tokenizer.id("<|endoftext|>");
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        float weight = 0;
        for (int i = 0; i < messages.size(); i++) {
            weight = messages.get(i).weight();
            boolean isLast = i == messages.size() - 1;
            message(messages, i, tokens, weight, !isLast || messages.get(i).role() != Role.ASSISTANT);
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.add(endOfText, weight);
        tokens.truncate(limit, endOfText, 0);
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        for (int i = 0; i < messages.size(); i++) {
            message(messages, i, tokens, 0, true);
        }
        header(Role.ASSISTANT, tokens, 0);
    }

    private void message(List<Templated> messages, int index, TokenBuilder tokens, float weight, boolean isEnded) {
        Templated message = messages.get(index);
        boolean isTool = message.role() == Role.TOOL;
        boolean goesOn = isTool && index > 0 && messages.get(index - 1).role() == Role.TOOL;
        boolean isFollowed =
                isTool && index + 1 < messages.size() && messages.get(index + 1).role() == Role.TOOL;
        if (!goesOn) {
            header(isTool ? Role.USER : message.role(), tokens, weight);
        }
        if (isTool) {
            tokens.addAll(tokenizer.encode(goesOn ? "\n<tool_response>\n" : "<tool_response>\n"), weight);
        }
        for (String part : message.parts()) {
            tokens.addAll(tokenizer.encode(part), weight);
        }
        if (isTool) {
            tokens.addAll(tokenizer.encode("\n</tool_response>"), weight);
        }
        if (isEnded && !isFollowed) {
            tokens.add(end, weight);
            tokens.addAll(tokenizer.encode("\n"), weight);
        }
    }

    private void header(Role role, TokenBuilder tokens, float weight) {
        tokens.add(start, weight);
        tokens.addAll(tokenizer.encode(role.dataName() + "\n"), weight);
    }
}
