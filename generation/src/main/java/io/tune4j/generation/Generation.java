// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import java.util.List;

/**
 * A finished answer.
 *
 * @param tokens the tokens, without an end token
 * @param text of the tokens, up to a stop string
 * @param reason why the answer ended
 * @param promptTokens number of the prompt's tokens
 * @param reusedTokens number of the prompt's tokens that were in the cache already
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

    /** The tokens' ids. */
    public int[] ids() {
        return tokens.stream().mapToInt(GeneratedToken::id).toArray();
    }
}
