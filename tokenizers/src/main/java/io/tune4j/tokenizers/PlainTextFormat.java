// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A format that knows nothing but the texts of messages.
 *
 * @param name the word of {@code tokenizer.chat_format}
 * @param template put around the messages, or null
 */
record PlainTextFormat(
        String name, MessageFormat format, @Nullable PromptTemplate template) implements ChatFormat {
    @Override
    public void conversation(Conversation conversation, TokenBuilder tokens, Truncation limit) {
        format.conversation(templated(conversation), tokens, limit);
    }

    @Override
    public void prompt(Conversation conversation, TokenBuilder tokens) {
        format.prompt(templated(conversation), tokens);
    }

    private List<Templated> templated(Conversation conversation) {
        conversation.requireText("tokenizer.chat_format " + name);
        return template == null
                ? conversation.messages().stream().map(Templated::of).toList()
                : template.apply(conversation.messages());
    }
}
