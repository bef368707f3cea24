package io.tune4j.api.data;

import java.util.Locale;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param content the text
 * @param weight how much the model's learning to produce it counts, 0 for not at all. 1 is usual
 */
public record Message(Role role, String content, float weight) {
    /** Who speaks. */
    public enum Role {
        SYSTEM,
        USER,
        ASSISTANT,
        /** The result of a tool. */
        TOOL;

        /** The name in data files, lower case. */
        public String dataName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** All of what is trained counts alike. */
    public Message(Role role, String content, boolean trained) {
        this(role, content, trained ? 1 : 0);
    }

    /** Whether the model learns to produce it. */
    public boolean trained() {
        return weight > 0;
    }
}
