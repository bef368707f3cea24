// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.jinja.Dict;
import io.tune4j.tokenizers.jinja.JinjaException;
import io.tune4j.tokenizers.jinja.Template;
import io.tune4j.tokenizers.jinja.Text;
import io.tune4j.tokenizers.jinja.Values;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's own {@code chat_template}, rendered as transformers' {@code apply_chat_template} does it. Each character of what it
 * renders tells its {@link Source}, and the message during whose turn it was written.
 */
final class ChatTemplate {
    /** The variable that tells a template to end where the assistant begins to speak. */
    static final String GENERATION_PROMPT = "add_generation_prompt";

    static final String REASONING = "reasoning_content";
    private static final String THINKING = "thinking";
    /** The names under which records have reasoning, in the order of transformers. */
    private static final List<String> REASONING_NAMES = List.of(REASONING, THINKING, "reasoning");

    /**
     * Where a character came from.
     *
     * @param message the position of the message, or -1 for a variable of the record
     * @param field of the message, or the variable
     */
    record Source(int message, String field) {}

    private final Template template;
    private final Map<String, Object> tokens = new HashMap<>();

    /**
     * Prepares a template.
     *
     * @param specialTokens spellings by name, such as {@code bos_token}
     * @param clock for {@code strftime_now}, or null if that is not to be defined
     * @throws DataException if it is not valid Jinja
     */
    ChatTemplate(String text, Map<String, String> specialTokens, @Nullable Clock clock) {
        try {
            this.template = Template.parse(text, clock);
        } catch (JinjaException e) {
            throw refusal(e);
        }
        specialTokens.forEach((name, spelling) -> tokens.put(name, Values.of(spelling, null)));
    }

    /** Whether the template marks what the assistant generates. */
    boolean marksGeneration() {
        return template.marksGeneration();
    }

    /** Whether the template names something. */
    boolean mentions(String word) {
        return template.mentions(word);
    }

    /** Messages as a template sees them; its loops own what they write about them by their positions. */
    List<Dict> dicts(List<Message> messages) {
        List<Dict> dicts = new ArrayList<>(messages.size());
        for (Message message : messages) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("role", message.role().dataName());
            if (message.fields().isEmpty()) {
                fields.put("content", message.content());
            } else {
                fields.putAll(message.fields());
            }
            if (fields.get("content") instanceof List<?> && !template.mentions("text")) {
                // It takes texts alone.
                fields.put("content", message.content());
            }
            dicts.add(dict(dicts.size(), fields));
        }
        return dicts;
    }

    /** A message with transformers' changes: fields that are null are left out, and reasoning is there by both of its names. */
    static Dict dict(int position, Map<String, ? extends @Nullable Object> fields) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        Object reasoning = REASONING_NAMES.stream()
                .<@Nullable Object>map(fields::get)
                .filter(value -> value != null)
                .findFirst()
                .orElse(null);
        if (reasoning != null) {
            values.put(THINKING, value(reasoning, new Source(position, REASONING)));
        }
        fields.forEach((name, value) -> {
            if (value != null) {
                // A role is one of a few words, and templates make special tokens of it.
                Object origin = name.equals("role") ? null : new Source(position, canonical(name));
                values.put(name, value(value, origin));
            }
        });
        if (reasoning != null) {
            values.put(REASONING, value(reasoning, new Source(position, REASONING)));
        }
        return Values.tagged(position, values);
    }

    private static @Nullable Object value(@Nullable Object value, @Nullable Object origin) {
        try {
            return Values.of(value, origin);
        } catch (JinjaException e) {
            throw new DataException("the record cannot be given to a chat template: " + e.getMessage(), e);
        }
    }

    /** The common name of all reasoning fields. */
    static String canonical(String field) {
        return REASONING_NAMES.contains(field) ? REASONING : field;
    }

    /**
     * Renders a conversation.
     *
     * @param messages as {@link #dict} makes them
     * @param variables other variables of the template, as JSON values by name
     * @param asks whether the text is to end where the assistant begins to speak
     * @throws DataException with the template's own words, if it refuses the conversation
     */
    Text render(List<Dict> messages, Map<String, ?> variables, boolean asks) {
        Map<String, @Nullable Object> all = new HashMap<>(tokens);
        all.put("tools", null);
        all.put("documents", null);
        variables.forEach((name, value) -> all.put(name, value(value, new Source(-1, name))));
        all.put("messages", Values.list(messages));
        all.put(GENERATION_PROMPT, asks);
        try {
            return template.render(all);
        } catch (JinjaException e) {
            throw refusal(e);
        }
    }

    private static DataException refusal(JinjaException e) {
        String place = e.line() > 0 ? " (line " + e.line() + ")" : "";
        return new DataException(
                e.kind() == JinjaException.Kind.RAISED
                        ? "the model's chat template says: " + e.getMessage()
                        : "the model's chat template cannot be rendered" + place + ": " + e.getMessage(),
                e);
    }
}
