// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question and an answer: {@code input} and {@code output} as they are, or Alpaca's {@code instruction}, {@code input} and
 * {@code output} in its template (Taori et al. 2023, as in torchtune's {@code AlpacaToMessages}).
 *
 * @param alpaca whether the template is used
 * @param columns other names of the fields
 * @param trainOnInput whether the question is learned too
 * @param systemPrompt said before every question, or null
 */
record PairFormat(
        boolean alpaca,
        Map<String, String> columns,
        boolean trainOnInput,
        @Nullable String systemPrompt) implements RecordFormat {
    private static final String INTRODUCTION = "Below is an instruction that describes a task";
    private static final String WITH_INPUT = INTRODUCTION
            + ", paired with an input that provides further context. Write a response that appropriately completes the"
            + " request.\n\n### Instruction:\n%s\n\n### Input:\n%s\n\n### Response:\n";
    private static final String WITHOUT_INPUT = INTRODUCTION
            + ". Write a response that appropriately completes the request.\n\n### Instruction:\n%s\n\n### Response:\n";

    PairFormat {
        columns = Map.copyOf(columns);
    }

    @Override
    public Content read(JsonNode record, String id) {
        List<Message> messages = new ArrayList<>();
        if (systemPrompt != null) {
            messages.add(new Message(Role.SYSTEM, systemPrompt, false));
        }
        messages.add(new Message(Role.USER, alpaca ? template(record, id) : field(record, "input", id), trainOnInput));
        messages.add(new Message(Role.ASSISTANT, field(record, "output", id), true));
        return Content.of(messages);
    }

    @Override
    public PromptForm promptForm() {
        return new PromptForm(
                true, alpaca ? WITHOUT_INPUT.formatted(PromptForm.QUESTION) : PromptForm.QUESTION, systemPrompt);
    }

    private String template(JsonNode record, String id) {
        String instruction = field(record, "instruction", id);
        String inputField = columns.getOrDefault("input", "input");
        String input = record.hasNonNull(inputField) ? Fields.text(record, inputField, id) : "";
        return input.isEmpty() ? WITHOUT_INPUT.formatted(instruction) : WITH_INPUT.formatted(instruction, input);
    }

    private String field(JsonNode record, String name, String id) {
        return Fields.text(record, columns.getOrDefault(name, name), id);
    }
}
