// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.nn.Pass.AdapterRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns conversations into prompts, for the base model and for each adapter in the form of its training data.
 *
 * @param forms the forms of the base and of the adapters, by their numbers in {@link AdapterRows}
 */
public record Prompts(Tokenizer tokenizer, List<PromptForm> forms) {
    public Prompts {
        forms = List.copyOf(forms);
    }

    /**
     * The form of a model.
     *
     * @param adapter the adapter's number; {@link AdapterRows#BASE} for the base
     */
    public PromptForm form(int adapter) {
        return forms.get(adapter);
    }

    /**
     * The tokens of a conversation, up to where the answer begins. In a form without a conversation, blank lines join the
     * messages' texts.
     *
     * @param adapter the number of the adapter; {@link AdapterRows#BASE} for the base
     */
    public int[] encode(List<Message> messages, int adapter) {
        PromptForm form = form(adapter);
        List<Message> asked = new ArrayList<>();
        boolean hasSystem = messages.stream().anyMatch(message -> message.role() == Role.SYSTEM);
        if (form.system() != null && !hasSystem) {
            asked.add(new Message(Role.SYSTEM, form.system(), false));
        }
        for (Message message : messages) {
            asked.add(message.role() == Role.USER ? inForm(message, form) : message);
        }
        if (form.conversation()) {
            return tokenizer.encodePrompt(asked);
        }
        String text = String.join("\n\n", asked.stream().map(Message::content).toList());
        return tokenizer.encodeText("the prompt", text, false).tokens();
    }

    /** A message in the form. Chat templates read a message's fields, so its field {@code content} changes too. */
    static Message inForm(Message message, PromptForm form) {
        Map<String, Object> fields = new LinkedHashMap<>(message.fields());
        String content = form.ask(message.content());
        fields.computeIfPresent("content", (key, old) -> content);
        return new Message(message.role(), content, message.weight(), fields);
    }
}
