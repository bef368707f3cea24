// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.error.DataException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * A record's messages, and its variables for the chat template.
 *
 * @param messages in their order
 * @param variables for the chat template, by name, as JSON values: {@code tools}, {@code documents}, and what {@code
 *     chat_template_kwargs} holds. Values are texts, {@link Number}s, booleans, lists and maps
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Conversation(List<Message> messages, Map<String, Object> variables) {
    public Conversation {
        messages = List.copyOf(messages);
        variables = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** A conversation of messages without variables. */
    public static Conversation of(List<Message> messages) {
        return new Conversation(messages, Map.of());
    }

    /** A field that text alone does not show: a variable, or a field of a message beside its content. */
    public Optional<String> structure() {
        return variables.entrySet().stream()
                .filter(variable -> !Message.isNothing(variable.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .or(() -> messages.stream()
                        .flatMap(message -> message.structure().stream())
                        .findFirst());
    }

    /**
     * Refuses a conversation that says more than the text of its messages.
     *
     * @param format the name of the format that shows text alone, for the message of the exception
     * @throws DataException if there is such a field; names it
     */
    public void requireText(String format) {
        structure().ifPresent(field -> {
            throw new DataException("'" + field + "' cannot be shown by " + format
                    + ", so the model would learn another conversation; use a tokenizer with a chat template that knows it"
                    + " (tokenizer.chat_format: template), or take '" + field + "' out of the record");
        });
    }
}
