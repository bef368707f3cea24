package io.tune4j.models.llama.tokenizer;

import java.util.Locale;

/** The words for {@code chat_format}. */
enum ChatFormatName {
    /** The checkpoint's chat template if it has one, or what its special tokens tell. */
    AUTO,
    /** The checkpoint's chat template. */
    TEMPLATE,
    PLAIN,
    LLAMA2,
    LLAMA3,
    CHATML;

    ChatFormat of(HfTokenizer tokenizer) {
        return switch (this) {
            case AUTO -> detected(tokenizer).of(tokenizer);
            case TEMPLATE -> new TemplateFormat(tokenizer);
            // Llama 2's tags are a template around plain turns.
            case PLAIN, LLAMA2 -> new TurnFormat(tokenizer);
            case LLAMA3 -> new Llama3Format(tokenizer);
            case CHATML -> new ChatMlFormat(tokenizer);
        };
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
