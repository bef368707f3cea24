// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Conversation;

/** Converts a conversation to tokens. */
interface ChatFormat {
    /**
     * A whole conversation.
     *
     * @param limit of the tokens that are kept
     * @throws io.tune4j.api.error.DataException if the format cannot show a field of the conversation
     */
    void conversation(Conversation conversation, TokenBuilder tokens, Truncation limit);

    /** A conversation up to where the assistant begins to speak. */
    void prompt(Conversation conversation, TokenBuilder tokens);
}
