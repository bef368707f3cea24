package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of turns: {@code {"role": "user", "content": "..."}} in OpenAI's style, {@code {"from": "human", "value": "..."}} in
 * ShareGPT's.
 *
 * @param column the field that holds the list
 * @param roleField {@code role} or {@code from}
 * @param contentField {@code content} or {@code value}
 * @param masking whose messages are learned
 * @param systemPrompt replaces the record's own, or null
 */
record ConversationFormat(
        String column,
        String roleField,
        String contentField,
        Masking masking,
        @Nullable String systemPrompt) implements RecordFormat {
    /** Torchtune's words, without {@code train_on_}. */
    enum Masking {
        ALL,
        ASSISTANT,
        LAST
    }

    private static final Map<String, Role> ROLES = Map.of(
            "system", Role.SYSTEM,
            "user", Role.USER,
            "human", Role.USER,
            "assistant", Role.ASSISTANT,
            "gpt", Role.ASSISTANT,
            "tool", Role.TOOL,
            "ipython", Role.TOOL);

    @Override
    public Content read(JsonNode record, String id) {
        JsonNode turns = record.path(column);
        if (!turns.isArray() || turns.isEmpty()) {
            List<String> there = new ArrayList<>();
            record.fieldNames().forEachRemaining(there::add);
            throw new DataException("record " + id + ": field '" + column + "' "
                    + (turns.isMissingNode() ? "is missing" : "is no list of messages")
                    + NearMisses.didYouMean(column, there) + "; it has " + String.join(", ", there)
                    + ". conversation_column says which field holds the conversation");
        }
        List<Message> messages = new ArrayList<>();
        if (systemPrompt != null) {
            messages.add(new Message(Role.SYSTEM, systemPrompt, masking == Masking.ALL));
        }
        for (int i = 0; i < turns.size(); i++) {
            Message message = message(turns.get(i), id + ", message " + i, i == turns.size() - 1);
            if (message.role() != Role.SYSTEM || systemPrompt == null) {
                messages.add(message);
            }
        }
        check(messages, id);
        return Content.of(messages);
    }

    private Message message(JsonNode turn, String place, boolean last) {
        String name = turn.path(roleField).asText("");
        Role role = ROLES.get(name);
        if (role == null) {
            throw new DataException("record " + place + ": expected " + roleField + " to be one of "
                    + String.join(", ", ROLES.keySet().stream().sorted().toList()) + ", found "
                    + (name.isEmpty() ? Fields.shortened(turn) : "'" + name + "'")
                    + "; conversation_style: sharegpt is for from and value, openai for role and content");
        }
        boolean wanted = masking == Masking.ALL || (role == Role.ASSISTANT && (masking == Masking.ASSISTANT || last));
        return new Message(role, content(turn.path(contentField), place), weight(turn, place, wanted));
    }

    /** {@code weight} of a message, whatever the strategy says: 0 or 1 as in OpenAI's files, or any other. */
    private static float weight(JsonNode turn, String place, boolean wanted) {
        JsonNode weight = turn.path("weight");
        if (weight.isMissingNode() || weight.isNull()) {
            return wanted ? 1 : 0;
        }
        float value = weight.isNumber() ? weight.floatValue() : -1;
        if (!(value >= 0) || Float.isInfinite(value)) {
            throw new DataException("record " + place
                    + ": expected weight to be a number of at least 0 (0: not learned, 1: usual, 0.5: half as much), found "
                    + Fields.shortened(weight));
        }
        return value;
    }

    private String content(JsonNode content, String place) {
        if (content.isTextual()) {
            return content.asText();
        }
        if (!content.isArray()) {
            throw new DataException("record " + place + ": '" + contentField + "' is no text"
                    + (content.isMissingNode() ? " (it is missing)" : " but " + Fields.shortened(content)));
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText("text").equals("text")
                    || !part.path("text").isTextual()) {
                throw new DataException(
                        "record " + place + ": only text can be trained on, found " + Fields.shortened(part));
            }
            text.append(part.path("text").asText());
        }
        return text.toString();
    }

    private static void check(List<Message> messages, String id) {
        boolean answered = false;
        for (int i = 0; i < messages.size(); i++) {
            Role role = messages.get(i).role();
            answered |= role == Role.ASSISTANT;
            if (role == Role.SYSTEM && i > 0) {
                throw new DataException("record " + id + ": the system message must be the first");
            }
            if (role == Role.USER && i > 0 && messages.get(i - 1).role() == Role.USER) {
                throw new DataException("record " + id + ": two messages of the user follow each other; join them");
            }
        }
        if (!answered) {
            throw new DataException("record " + id + " has no message of the assistant, so there is nothing to learn");
        }
    }
}
