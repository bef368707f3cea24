// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.PromptTemplate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The words for {@code chat_format}. */
enum ChatFormatName {
    /** The checkpoint's chat template if it has one, else the format that its special tokens tell. */
    AUTO,
    /** The checkpoint's chat template. */
    TEMPLATE,
    PLAIN,
    LLAMA2,
    LLAMA3,
    CHATML,
    /** torchtune's for Qwen 2 and 2.5. */
    QWEN2,
    PHI3,
    PHI4;

    /**
     * The format.
     *
     * @param template put around the messages, or null for what the format has
     * @param options for the checkpoint's chat template
     */
    ChatFormat of(HfTokenizer tokenizer, @Nullable PromptTemplate template, TemplateOptions options) {
        return switch (this) {
            case AUTO -> detected(tokenizer).of(tokenizer, template, options);
            case TEMPLATE -> new TemplateFormat(tokenizer, template, options);
            case PLAIN -> plain(new TurnFormat(tokenizer), template);
            // Llama 2's tags are a template around plain turns.
            case LLAMA2 -> plain(new TurnFormat(tokenizer), template == null ? PromptTemplates::llama2 : template);
            case LLAMA3 -> plain(new Llama3Format(tokenizer), template);
            case CHATML -> plain(new ChatMlFormat(tokenizer), template);
            case QWEN2 -> plain(new Qwen2Format(tokenizer), template);
            case PHI3 -> plain(new Phi3Format(tokenizer), template);
            case PHI4 -> plain(new Phi4Format(tokenizer), template);
        };
    }

    private ChatFormat plain(MessageFormat format, @Nullable PromptTemplate template) {
        return new PlainTextFormat(toString(), format, template);
    }

    /** The format that is meant. */
    ChatFormatName detected(HfTokenizer tokenizer) {
        if (this != AUTO) {
            return this;
        }
        if (!tokenizer.settings().chatTemplate().isEmpty()) {
            return TEMPLATE;
        }
        if (tokenizer.has("<|start_header_id|>") && tokenizer.has("<|eot_id|>")) {
            return LLAMA3;
        }
        if (tokenizer.has("<|im_start|>") && tokenizer.has("<|im_end|>")) {
            return CHATML;
        }
        return PLAIN;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
