// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.data.Message.Role;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Text around the messages of a conversation, put there before the tokenizer sees it. A component type, for {@code
 * tokenizer.prompt_template}. What it adds is text like the messages' own, never a special token.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface PromptTemplate {
    /**
     * A message with the text around it.
     *
     * @param role who speaks
     * @param parts pieces of text that are tokenized each for itself
     * @param weight of the message, for the added text too
     */
    record Templated(Role role, List<String> parts, float weight) {
        public Templated {
            parts = List.copyOf(parts);
        }

        /** A message whose tokens count 1 if they are trained. */
        public Templated(Role role, List<String> parts, boolean trained) {
            this(role, parts, trained ? 1 : 0);
        }

        /** Whether the model learns to produce it. */
        public boolean trained() {
            return weight > 0;
        }

        /** A message as it is. */
        public static Templated of(Message message) {
            return new Templated(message.role(), List.of(message.content()), message.weight());
        }
    }

    /** A conversation in the template. */
    List<Templated> apply(List<Message> messages);
}
