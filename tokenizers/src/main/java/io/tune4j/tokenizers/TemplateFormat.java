// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.jinja.Dict;
import io.tune4j.tokenizers.jinja.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The checkpoint's own chat template. */
final class TemplateFormat implements ChatFormat {
    private final ChatTemplate template;
    private final SpecialSpellings spellings;
    private final HfTokenizer tokenizer;
    private final @Nullable PromptTemplate around;
    private final TemplateOptions options;

    /**
     * @param around put around the messages' texts, or null
     * @throws DataException if the checkpoint has no template, or one that is not valid Jinja
     */
    TemplateFormat(HfTokenizer tokenizer, @Nullable PromptTemplate around, TemplateOptions options) {
        this.options = options;
        this.tokenizer = tokenizer;
        this.around = around;
        TokenizerSettings settings = tokenizer.settings();
        if (settings.chatTemplate().isEmpty()) {
            throw new DataException(
                    "the tokenizer has no chat_template, neither in tokenizer_config.json nor in"
                            + " chat_template.jinja; put it there, or set tokenizer.chat_format to plain, llama2, llama3 or chatml");
        }
        this.template =
                new ChatTemplate(settings.chatTemplate(), settings.tokens(), options.clock(settings.chatTemplate()));
        this.spellings = new SpecialSpellings(tokenizer.specialTokens());
    }

    @Override
    public void conversation(Conversation conversation, TokenBuilder tokens, Truncation limit) {
        List<Message> messages = templated(conversation);
        List<Dict> dicts = template.dicts(messages);
        Map<String, Object> variables = variables(conversation);
        Text text = template.render(dicts, variables, false);
        if (QuotedArguments.areIn(text.value(), messages)) {
            tokens.changed(QuotedArguments.CHANGE);
        }
        new ShownFields(text).check(messages, dicts, conversation.variables(), tokens::changed);
        float[] weights = new TrainedSpans(
                        template, spellings, tokenizer.settings().eos(), messages, dicts, variables, text)
                .weights();
        tokenizer.encode(text, weights, spellings, tokens);
        if (tokens.size() > limit.length()) {
            // The last token of a template, if there is one, ends a turn.
            tokens.truncate(limit, tokenizer.eos(), tokens.lastWeight(limit));
        }
    }

    @Override
    public void prompt(Conversation conversation, TokenBuilder tokens) {
        Text text = template.render(template.dicts(templated(conversation)), variables(conversation), true);
        tokenizer.encode(text, new float[text.value().length()], spellings, tokens);
    }

    /** The config's variables, and the record's, which go before. */
    private Map<String, Object> variables(Conversation conversation) {
        if (options.variables().isEmpty()) {
            return conversation.variables();
        }
        Map<String, Object> all = new HashMap<>(options.variables());
        all.putAll(conversation.variables());
        return all;
    }

    private List<Message> templated(Conversation conversation) {
        if (around == null) {
            return conversation.messages();
        }
        conversation.requireText("tokenizer.prompt_template");
        return around.apply(conversation.messages()).stream()
                .map(message -> new Message(message.role(), String.join("", message.parts()), message.weight()))
                .toList();
    }
}
