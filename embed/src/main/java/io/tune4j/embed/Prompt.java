// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.generation.Sampling;
import java.util.List;

/**
 * A request to a {@link TunedModel}.
 *
 * @param messages of a conversation, in the form that the adapter was trained on; empty if the prompt is a text
 * @param text to continue as it is; empty if the prompt is a conversation
 * @param maxNewTokens the most tokens of the answer, at least 0
 * @param sampling how tokens are chosen
 * @param stops texts that end the answer and are not part of it
 * @param isBase whether the base answers alone, without the adapter
 */
public record Prompt(
        List<Message> messages, String text, int maxNewTokens, Sampling sampling, List<String> stops, boolean isBase) {
    /** The most tokens of an answer unless the prompt says otherwise. */
    public static final int MAX_NEW_TOKENS = 300;

    public Prompt {
        messages = List.copyOf(messages);
        stops = List.copyOf(stops);
    }

    /** A question in the form that the adapter was trained on, to be answered greedily. */
    public static Prompt chat(String question) {
        return conversation(List.of(new Message(Role.USER, question, false)));
    }

    /** A conversation whose last message is to be answered, greedily. */
    public static Prompt conversation(List<Message> messages) {
        return new Prompt(messages, "", MAX_NEW_TOKENS, Sampling.GREEDY, List.of(), false);
    }

    /** A text to be continued as it is, greedily. */
    public static Prompt text(String text) {
        return new Prompt(List.of(), text, MAX_NEW_TOKENS, Sampling.GREEDY, List.of(), false);
    }

    /** With at most so many tokens in the answer. */
    public Prompt maxNewTokens(int most) {
        return new Prompt(messages, text, most, sampling, stops, isBase);
    }

    /** With tokens drawn instead of the likeliest ones. */
    public Prompt sampled(Sampling how) {
        return new Prompt(messages, text, maxNewTokens, how, stops, isBase);
    }

    /** With texts that end the answer. */
    public Prompt stopAt(String... texts) {
        return new Prompt(messages, text, maxNewTokens, sampling, List.of(texts), isBase);
    }

    /** Asks the base alone. */
    public Prompt ofBase() {
        return new Prompt(messages, text, maxNewTokens, sampling, stops, true);
    }
}
