// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A prompt with a chosen and a rejected answer. The prompt is a text or a list of messages in {@code prompt}; an answer is a text, a
 * message, or a list of messages in {@code chosen} and {@code rejected}. Without a {@code prompt}, both lists begin with it, as in
 * torchtune's {@code ChosenRejectedToMessages}. Lists may begin with the prompt also where there is a {@code prompt}.
 *
 * @param columns other names of the three fields
 * @param openai reads messages with {@code role} and {@code content}
 * @param shareGpt reads messages with {@code from} and {@code value}
 * @param trainsPrompt whether the prompt's messages of the user are learned too
 * @param systemPrompt replaces the record's own, or null
 */
record PreferenceFormat(
        Map<String, String> columns,
        TurnReader openai,
        TurnReader shareGpt,
        boolean trainsPrompt,
        @Nullable String systemPrompt)
        implements RecordFormat {
    private static final String PROMPT = "prompt";
    private static final String CHOSEN = "chosen";
    private static final String REJECTED = "rejected";

    /** @param usual names of the columns that the data set has */
    static PreferenceFormat read(ConfigReader options, Map<String, String> usual) {
        Roles roles = Roles.read(options);
        return new PreferenceFormat(
                Formats.columns(options, List.of(PROMPT, CHOSEN, REJECTED), usual),
                new TurnReader("role", "content", roles),
                new TurnReader("from", "value", roles),
                options.bool("train_on_input", false),
                options.stringOrNull("new_system_prompt"));
    }

    /** The two conversations of a record, which differ in their last message. */
    private record Answers(Conversation chosen, Conversation rejected) implements Content {
        @Override
        public List<TokenizedSample> samples(Tokenizer tokenizer, String id) {
            TokenizedSample better = tokenizer.encodeConversation(id + " (chosen)", chosen);
            TokenizedSample worse = tokenizer.encodeConversation(id + " (rejected)", rejected);
            if (Arrays.equals(better.tokens(), worse.tokens())) {
                throw new DataException(
                        "record " + id + ": the chosen and the rejected answer are the same tokens where"
                                + " tokenizer.max_seq_len cuts them off; raise it, or leave such records out with on_bad_record: skip");
            }
            return List.of(better, worse);
        }
    }

    @Override
    public PromptForm promptForm() {
        return new PromptForm(true, PromptForm.QUESTION, systemPrompt);
    }

    @Override
    public Content read(JsonNode record, String id) {
        List<TurnReader.Turn> prompt = prompt(record, id);
        List<TurnReader.Turn> chosen = conversation(prompt, record, CHOSEN, id);
        List<TurnReader.Turn> rejected = conversation(prompt, record, REJECTED, id);
        if (!says(chosen.subList(0, chosen.size() - 1), rejected.subList(0, rejected.size() - 1))) {
            throw new DataException("record " + id + ": '" + column(CHOSEN) + "' and '" + column(REJECTED)
                    + "' begin with different prompts; their messages before the last must be the same."
                    + " on_bad_record: skip leaves such records out");
        }
        if (says(chosen, rejected)) {
            throw new DataException(
                    "record " + id + ": the chosen and the rejected answer are equal, so there is nothing to"
                            + " prefer; on_bad_record: skip leaves such records out");
        }
        Map<String, Object> variables = TurnReader.variables(record, id);
        return new Answers(
                new Conversation(messages(chosen), variables), new Conversation(messages(rejected), variables));
    }

    /** The messages of the field for it; none if it is not there. */
    private List<TurnReader.Turn> prompt(JsonNode record, String id) {
        JsonNode node = record.path(column(PROMPT));
        boolean answersAreTexts = record.path(column(CHOSEN)).isValueNode() && record.hasNonNull(column(CHOSEN));
        if (!record.hasNonNull(column(PROMPT)) && !answersAreTexts) {
            return List.of();
        }
        return node.isContainerNode()
                ? turns(node, id + ", " + column(PROMPT))
                : List.of(turn(Role.USER, Fields.text(record, column(PROMPT), id)));
    }

    private List<TurnReader.Turn> conversation(List<TurnReader.Turn> prompt, JsonNode record, String field, String id) {
        JsonNode node = record.path(column(field));
        List<TurnReader.Turn> said = node.isContainerNode()
                ? turns(node, id + ", " + column(field))
                : List.of(turn(Role.ASSISTANT, Fields.text(record, column(field), id)));
        List<TurnReader.Turn> all = new ArrayList<>();
        boolean repeats = said.size() > prompt.size() && says(said.subList(0, prompt.size()), prompt);
        if (!repeats) {
            all.addAll(prompt);
        }
        all.addAll(said);
        check(all, column(field), id);
        return all;
    }

    private static void check(List<TurnReader.Turn> all, String column, String id) {
        if (all.isEmpty() || all.get(all.size() - 1).role() != Role.ASSISTANT) {
            throw new DataException(
                    "record " + id + ": '" + column + "' does not end with a message of the assistant, which"
                            + " is the answer to learn from; on_bad_record: skip leaves such records out");
        }
        if (all.size() < 2) {
            throw new DataException("record " + id + ": there is no prompt: '" + column + "' has the answer alone;"
                    + " column_map: {prompt: NAME} says which field holds the prompt");
        }
        for (int i = 1; i < all.size(); i++) {
            Role role = all.get(i).role();
            if (role == all.get(i - 1).role() && (role == Role.USER || role == Role.ASSISTANT)) {
                throw new DataException("record " + id + ": messages " + (i - 1) + " and " + i + " of '" + column
                        + "' are both the " + role.dataName()
                        + "'s; if the field has another prompt than '" + PROMPT + "', one of the two is wrong");
            }
        }
    }

    private List<TurnReader.Turn> turns(JsonNode node, String place) {
        Iterable<JsonNode> list = node.isArray() ? node : List.of(node);
        List<TurnReader.Turn> turns = new ArrayList<>();
        for (JsonNode each : list) {
            TurnReader reader = each.has("from") ? shareGpt : openai;
            turns.add(reader.read(each, place + (node.isArray() ? ", message " + turns.size() : "")));
        }
        return turns;
    }

    private static TurnReader.Turn turn(Role role, String content) {
        return new TurnReader.Turn(role, content, Map.of(), null);
    }

    /** Whether two lists of messages say the same. */
    private static boolean says(List<TurnReader.Turn> one, List<TurnReader.Turn> other) {
        boolean same = one.size() == other.size();
        for (int i = 0; same && i < one.size(); i++) {
            TurnReader.Turn a = one.get(i);
            TurnReader.Turn b = other.get(i);
            same = a.role() == b.role()
                    && a.content().equals(b.content())
                    && Objects.equals(a.fields().get("tool_calls"), b.fields().get("tool_calls"));
        }
        return same;
    }

    private List<Message> messages(List<TurnReader.Turn> turns) {
        List<Message> messages = new ArrayList<>();
        if (systemPrompt != null) {
            messages.add(new Message(Role.SYSTEM, systemPrompt, false));
        }
        var masking = trainsPrompt ? ConversationFormat.Masking.ALL : ConversationFormat.Masking.ASSISTANT;
        for (int i = 0; i < turns.size(); i++) {
            TurnReader.Turn turn = turns.get(i);
            if (turn.role() != Role.SYSTEM || systemPrompt == null) {
                Float own = turn.weight();
                float weight = own == null ? masking.weight(turn.role(), i == turns.size() - 1) : own;
                messages.add(new Message(turn.role(), turn.content(), weight, turn.fields()));
            }
        }
        return messages;
    }

    private String column(String field) {
        return columns.getOrDefault(field, field);
    }
}
