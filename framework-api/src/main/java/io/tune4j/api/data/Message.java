package io.tune4j.api.data;

import java.util.Locale;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param content the text
 * @param trained whether the model learns to produce it
 */
public record Message(Role role, String content, boolean trained) {
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
}
