// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * ChatML: {@code <|im_start|>user\n...<|im_end|>\n}, as SmolLM2 and others have it. The assistant's text and the token that
 * ends its turn are trained; the header, which every prompt already contains, is not. A chat template that begins with a
 * system message of its own where a conversation has none is followed in that.
 */
final class ChatMlFormat implements MessageFormat {
    private static final Pattern DEFAULT_SYSTEM =
            Pattern.compile("<\\|im_start\\|>system(?:\\\\n|\n)([^{}]+?)<\\|im_end\\|>");

    private final HfTokenizer tokenizer;
    private final int start;
    private final int end;
    private final @Nullable Templated defaultSystem;

    ChatMlFormat(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.start = tokenizer.id("<|im_start|>");
        this.end = tokenizer.id("<|im_end|>");
        Matcher found = DEFAULT_SYSTEM.matcher(tokenizer.settings().chatTemplate());
        this.defaultSystem = found.find() ? new Templated(Role.SYSTEM, List.of(found.group(1)), 0) : null;
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        for (Templated message : withSystem(messages)) {
            header(message.role(), tokens);
            tokens.addAll(tokenizer.encode(String.join("", message.parts())), message.weight());
            tokens.add(end, message.weight());
            tokens.addAll(tokenizer.encode("\n"), 0);
            if (tokens.size() >= limit.length()) {
                break;
            }
        }
        tokens.truncate(limit, end, messages.get(messages.size() - 1).weight());
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        for (Templated message : withSystem(messages)) {
            header(message.role(), tokens);
            tokens.addAll(tokenizer.encode(String.join("", message.parts())), 0);
            tokens.add(end, 0);
            tokens.addAll(tokenizer.encode("\n"), 0);
        }
        header(Role.ASSISTANT, tokens);
    }

    private List<Templated> withSystem(List<Templated> messages) {
        if (defaultSystem == null || messages.get(0).role() == Role.SYSTEM) {
            return messages;
        }
        return Stream.concat(Stream.of(defaultSystem), messages.stream()).toList();
    }

    private void header(Role role, TokenBuilder tokens) {
        tokens.add(start, 0);
        tokens.addAll(tokenizer.encode(role.dataName() + "\n"), 0);
    }
}
