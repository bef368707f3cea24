package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.data.Message;
import java.util.List;

/** How a conversation becomes tokens. */
interface ChatFormat {
    /**
     * A whole conversation.
     *
     * @param limit the most tokens to keep; the last of them is then the end token, as in torchtune's {@code truncate}
     */
    void conversation(List<Message> messages, TokenBuilder tokens, int limit);

    /** A conversation up to where the assistant begins to speak. */
    void prompt(List<Message> messages, TokenBuilder tokens);
}
