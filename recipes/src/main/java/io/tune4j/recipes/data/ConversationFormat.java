// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list of turns: {@code {"role": "user", "content": "..."}} in OpenAI's style, {@code {"from": "human", "value": "..."}} in
 * ShareGPT's. Beside it a record may have {@code tools}, {@code documents} and {@code chat_template_kwargs} for the chat template.
 *
 * @param column the field that holds the list
 * @param turns how one turn is read
 * @param masking whose messages are learned
 * @param systemPrompt replaces the record's own, or null
 */
record ConversationFormat(
        String column,
        TurnReader turns,
        Masking masking,
        @Nullable String systemPrompt) implements RecordFormat {
    /** Torchtune's words, without {@code train_on_}. */
    enum Masking {
        ALL,
        ASSISTANT,
        LAST;

        /**
         * How much a message counts that does not say so itself, as in torchtune's {@code mask_messages}: nobody learns to speak as
         * the system, and the last message is the assistant's last.
         *
         * @param last whether the assistant says nothing after it
         */
        float weight(Role role, boolean last) {
            boolean trained =
                    switch (this) {
                        case ALL -> role != Role.SYSTEM;
                        case ASSISTANT -> role == Role.ASSISTANT;
                        case LAST -> role == Role.ASSISTANT && last;
                    };
            return trained ? 1 : 0;
        }
    }

    @Override
    public PromptForm promptForm() {
        return new PromptForm(true, PromptForm.QUESTION, systemPrompt);
    }

    @Override
    public Content read(JsonNode record, String id) {
        JsonNode list = record.path(column);
        if (!list.isArray() || list.isEmpty()) {
            throw new DataException("record " + id + ": field '" + column + "' " + problem(record, list));
        }
        List<TurnReader.Turn> read = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            read.add(turns.read(list.get(i), id + ", message " + i));
        }
        List<Message> messages = masked(read);
        check(messages, id);
        return Content.of(new Conversation(messages, TurnReader.variables(record, id)));
    }

    private String problem(JsonNode record, JsonNode list) {
        if (list.isNull()) {
            return "is null, and a list of messages is expected; on_bad_record: skip leaves such records out";
        }
        if (list.isArray()) {
            return "is an empty list, so there is nothing to learn; on_bad_record: skip leaves such records out";
        }
        List<String> there = new ArrayList<>();
        record.fieldNames().forEachRemaining(there::add);
        String around = Fields.listWith(record, column);
        return (list.isMissingNode() ? "is missing" : "is no list of messages") + NearMisses.didYouMean(column, there)
                + "; it has " + String.join(", ", there) + ". "
                + (around == null
                        ? "conversation_column says which field holds the conversation"
                        : "The records seem to be the list in '" + around + "': set field: " + around
                                + " beside data_files");
    }

    private List<Message> masked(List<TurnReader.Turn> read) {
        List<Message> messages = new ArrayList<>();
        if (systemPrompt != null) {
            messages.add(new Message(Role.SYSTEM, systemPrompt, false));
        }
        int lastAnswer = -1;
        for (int i = 0; i < read.size(); i++) {
            lastAnswer = read.get(i).role() == Role.ASSISTANT ? i : lastAnswer;
        }
        for (int i = 0; i < read.size(); i++) {
            TurnReader.Turn turn = read.get(i);
            if (turn.role() != Role.SYSTEM || systemPrompt == null) {
                Float own = turn.weight();
                float weight = own == null ? masking.weight(turn.role(), i == lastAnswer) : own;
                messages.add(new Message(turn.role(), turn.content(), weight, turn.fields()));
            }
        }
        return messages;
    }

    /** The order of turns that torchtune's {@code validate_messages} asks for. */
    private static void check(List<Message> messages, String id) {
        Role before = null;
        boolean answered = false;
        for (int i = 0; i < messages.size(); i++) {
            Role role = messages.get(i).role();
            answered |= role == Role.ASSISTANT;
            if (role == Role.SYSTEM && i > 0) {
                throw new DataException(
                        "record " + id + ": message " + i
                                + " is the system's, which must be the first; say it in the first one, or in a message of the user");
            }
            if (role == Role.USER && before == Role.USER) {
                throw new DataException("record " + id + ": messages " + (i - 1) + " and " + i
                        + " are both the user's; join them, or put the answer between them");
            }
            if (role == Role.ASSISTANT && before != Role.USER && before != Role.TOOL) {
                throw new DataException("record " + id + ": message " + i + " is the assistant's, but "
                        + (before == Role.ASSISTANT
                                ? "so is the one before; join them"
                                : "no message of the user is before it")
                        + ". on_bad_record: skip leaves such records out");
            }
            before = role;
        }
        if (!answered) {
            throw new DataException("record " + id + " has no message of the assistant, so there is nothing to learn");
        }
    }
}
