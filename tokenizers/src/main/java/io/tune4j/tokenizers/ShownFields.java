// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.ChatTemplate.Source;
import io.tune4j.tokenizers.jinja.Dict;
import io.tune4j.tokenizers.jinja.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks for fields of a conversation that its rendering does not show. */
final class ShownFields {
    private static final Set<String> STRUCTURE = Set.of("tool_calls", "function_call", ChatTemplate.REASONING);
    private static final Set<String> VARIABLES = Set.of("tools", "functions", "documents");

    private final Map<Source, Integer> characters = new HashMap<>();

    /** @param text what a template rendered */
    ShownFields(Text text) {
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            if (text.mark(run).origin() instanceof Source source) {
                characters.merge(source, text.end(run) - from, Integer::sum);
            }
        }
    }

    /**
     * Compares.
     *
     * @param dicts the messages as the template saw them
     * @param changes is given a sentence for each part that the template leaves out on purpose
     * @throws DataException if the template does not know a field that changes what the model learns
     */
    void check(List<Message> messages, List<Dict> dicts, Map<String, Object> variables, Consumer<String> changes) {
        for (Map.Entry<String, Object> variable : variables.entrySet()) {
            if (VARIABLES.contains(variable.getKey())
                    && isSomething(variable.getValue())
                    && count(-1, variable.getKey()) == 0) {
                throw unknown(variable.getKey());
            }
        }
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            for (Map.Entry<String, Object> field : message.fields().entrySet()) {
                String name = ChatTemplate.canonical(field.getKey());
                if (!STRUCTURE.contains(name) || !isSomething(field.getValue()) || count(i, name) > 0) {
                    continue;
                }
                boolean asked = dicts.stream().anyMatch(dict -> dict.wasAsked(name) || dict.wasAsked("thinking"));
                if (!name.equals(ChatTemplate.REASONING) || !asked) {
                    throw unknown(field.getKey());
                }
                changes.accept("the chat template leaves out the reasoning of some messages, as it does in use");
            }
            content(message, count(i, "content"), changes);
        }
    }

    private static void content(Message message, int shown, Consumer<String> changes) {
        int said = message.content().strip().length();
        if (said > 0 && shown == 0) {
            if (message.trained() && message.role() == Role.ASSISTANT) {
                throw unknown("content");
            }
            changes.accept("the chat template leaves out messages of role "
                    + message.role().dataName());
        } else if (shown < said) {
            changes.accept("the chat template shows only parts of some messages of role "
                    + message.role().dataName());
        }
    }

    private int count(int message, String field) {
        return characters.getOrDefault(new Source(message, field), 0);
    }

    private static boolean isSomething(@Nullable Object value) {
        return value != null
                && !(value instanceof CharSequence text && text.length() == 0)
                && !(value instanceof List<?> list && list.isEmpty())
                && !(value instanceof Map<?, ?> map && map.isEmpty());
    }

    private static DataException unknown(String field) {
        return new DataException(
                "the model's chat template does not show '" + field
                        + "', so the model would learn another conversation; take '" + field
                        + "' out of the record, or put a chat template that knows it beside the tokenizer (chat_template.jinja)");
    }
}
