package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The checkpoint's own chat template. A message of the assistant is trained from where a prompt would end, that is behind its header,
 * to the token that ends its turn. Which part of the text that is, is found by rendering the conversation up to there.
 */
final class TemplateFormat implements ChatFormat {
    /** A span of the rendered text. */
    private record Span(int from, int to, float weight) {}

    private final ChatTemplate template;
    private final MarkedText marks;
    private final HfTokenizer tokenizer;

    TemplateFormat(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        TokenizerSettings settings = tokenizer.settings();
        if (settings.chatTemplate().isEmpty()) {
            throw new DataException(
                    "the tokenizer has no chat_template, neither in tokenizer_config.json nor in"
                            + " chat_template.jinja; put it there, or set tokenizer.chat_format to plain, llama2, llama3 or chatml");
        }
        this.template = new ChatTemplate(settings.chatTemplate(), settings.bos(), settings.eos());
        this.marks = new MarkedText(tokenizer);
    }

    @Override
    public void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit) {
        List<Map<String, Object>> maps = maps(messages);
        String text = template.render(maps, null, false);
        List<Span> trained = new ArrayList<>();
        int cursor = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).trained()) {
                Span span = span(messages.get(i), maps, i, text, cursor);
                trained.add(span);
                cursor = span.to;
            }
        }
        marks.tokenize(text, position -> weight(trained, position), tokens);
        if (tokens.size() > limit.length()) {
            // What a template ends with is the end of a turn, if anything.
            tokens.truncate(limit, tokenizer.eos(), tokens.lastWeight(limit));
        }
    }

    private static float weight(List<Span> spans, int position) {
        for (Span span : spans) {
            if (position >= span.from && position < span.to) {
                return span.weight;
            }
        }
        return 0;
    }

    private Span span(Templated message, List<Map<String, Object>> maps, int index, String text, int cursor) {
        if (message.role() == Role.ASSISTANT) {
            String prompt = index == 0 ? "" : renderOrEmpty(maps.subList(0, index), true);
            String until = index == maps.size() - 1 ? text : renderOrEmpty(maps.subList(0, index + 1), false);
            boolean foreseeable = !prompt.isEmpty() && until.startsWith(prompt) && text.startsWith(until);
            if (foreseeable && prompt.length() >= cursor) {
                return new Span(prompt.length(), marks.endOfTurn(until, prompt.length()), message.weight());
            }
        }
        // A template that writes earlier turns in another way than the last: the message is where its text is.
        String content = ((String) maps.get(index).get("content")).strip();
        int found = content.isEmpty() ? -1 : text.indexOf(content, cursor);
        if (found < 0) {
            throw new DataException("the model's chat template leaves out or changes what message " + index
                    + " says, so it cannot be seen which tokens to train; set tokenizer.chat_format to plain, llama2, llama3"
                    + " or chatml, or masking_strategy to train_on_last");
        }
        int end = found + content.length();
        return new Span(
                found, message.role() == Role.ASSISTANT ? marks.behindNextSpecial(text, end) : end, message.weight());
    }

    /** Some templates refuse a part of a conversation. */
    private String renderOrEmpty(List<Map<String, Object>> messages, boolean asks) {
        try {
            return template.render(messages, null, asks);
        } catch (DataException refused) {
            return "";
        }
    }

    @Override
    public void prompt(List<Templated> messages, TokenBuilder tokens) {
        marks.tokenize(template.render(maps(messages), null, true), position -> 0, tokens);
    }

    private List<Map<String, Object>> maps(List<Templated> messages) {
        return messages.stream()
                .map(message -> Map.<String, Object>of(
                        "role", message.role().dataName(), "content", marks.protect(String.join("", message.parts()))))
                .toList();
    }
}
