// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import java.util.List;

/**
 * A finished answer.
 *
 * @param tokens without the one that ended it
 * @param text of the tokens, up to a stop string
 * @param reason why it ended
 * @param promptTokens tokens of the prompt
 * @param reusedTokens those of them that another sequence had computed already
 */
public record Generation(List<GeneratedToken> tokens, String text, Reason reason, int promptTokens, int reusedTokens) {
    /** Why an answer ended. */
    public enum Reason {
        /** An end token or a stop string. */
        STOP,
        /** {@code max_new_tokens}, or the model's last position. */
        LENGTH,
        /** Its {@link Ticket} was cancelled. */
        CANCELLED
    }

    public Generation {
        tokens = List.copyOf(tokens);
    }

    /** The tokens' numbers. */
    public int[] ids() {
        return tokens.stream().mapToInt(GeneratedToken::id).toArray();
    }
}
