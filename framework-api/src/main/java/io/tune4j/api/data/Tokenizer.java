// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Text to token ids and back. Safe for use by several threads. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Tokenizer extends AutoCloseable {
    /** Ids of plain text; special tokens spelled in the text are text. Adds no beginning or end. */
    int[] encode(String text);

    /** Text of ids, special tokens left out. */
    String decode(int[] ids);

    /**
     * A conversation in the model's prompt format, with beginning and end tokens as the format has them.
     *
     * @param id of the sample, for messages
     */
    TokenizedSample encodeMessages(String id, List<Message> messages);

    /**
     * A conversation that may have more than the texts of its messages: tool calls, descriptions of tools, reasoning. A tokenizer that
     * does not override this method cannot show them, and refuses a record that has any.
     *
     * @param id of the sample, for messages
     * @throws io.tune4j.api.error.DataException if the prompt format cannot show a field of the conversation; names the field
     */
    default TokenizedSample encodeConversation(String id, Conversation conversation) {
        conversation.requireText("this tokenizer's prompt format");
        return encodeMessages(id, conversation.messages());
    }

    /**
     * Text to be learned as it is, with the token at the beginning, and the one at the end if asked for.
     *
     * @param id of the sample, for messages
     */
    TokenizedSample encodeText(String id, String text, boolean withEnd);

    /**
     * Text that goes on from a text that is not learned, in no prompt format: the token at the beginning, both texts, the token at the
     * end. A tokenizer that does not say how takes them for a question and its answer.
     *
     * @param id of the sample, for messages
     */
    default TokenizedSample encodeContinuation(String id, String text, String continuation) {
        return encodeMessages(
                id,
                List.of(
                        new Message(Message.Role.USER, text, false),
                        new Message(Message.Role.ASSISTANT, continuation, true)));
    }

    /** The conversation so far as a prompt: ends where the assistant begins to speak. */
    int[] encodePrompt(List<Message> messages);

    /** One more than the largest token id. */
    int vocabularySize();

    /** Remarks for users of these files, e.g. that other trainers would mask the end; {@code tune data} prints them. */
    default List<String> remarks() {
        return List.of();
    }

    /**
     * Identifies the content of the tokenizer's files, so that tokens of an earlier run can be used again. It changes with everything
     * that changes tokens, except the config's options. Null if unknown.
     */
    default @Nullable String identity() {
        return null;
    }

    /**
     * How a token is spelled that {@link #decode} leaves out, such as {@code <|eot_id|>}; for people to read.
     *
     * @return its number in angle brackets if that is not known
     */
    default String spelling(int id) {
        return "<" + id + ">";
    }

    /** Whether generation ends with this token. */
    boolean isEnd(int id);

    @Override
    void close();
}
