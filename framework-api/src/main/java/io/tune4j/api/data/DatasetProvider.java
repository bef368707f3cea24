// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.config.ConfigSection;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A data set's checked options. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("dataset")
@FunctionalInterface
public interface DatasetProvider {
    /**
     * Opens the files.
     *
     * @throws io.tune4j.api.error.UserException if they are missing, or a record does not fit; names file, record and field
     */
    Dataset open(Tokenizer tokenizer);

    /**
     * Whether each record is two samples that follow each other: a preferred answer and a rejected one to the same prompt. Recipes that
     * learn from preferences need such data, and others refuse them.
     */
    default boolean hasPairs() {
        return false;
    }

    /** How the records ask. Programs that use the trained model ask it in the same way. */
    default PromptForm promptForm() {
        return PromptForm.PLAIN;
    }

    /**
     * The form of the prompts in a data set, around which the tokenizer puts its chat format.
     *
     * @param conversation false where the records are texts without a chat format
     * @param user a message of the user, with {@value #QUESTION} in place of what the user says
     * @param system the message before the first, or null
     */
    record PromptForm(
            boolean conversation, String user, @Nullable String system) {
        /** The place of the user's words. */
        public static final String QUESTION = "{question}";

        /** Messages as they are, in a chat format. */
        public static final PromptForm PLAIN = new PromptForm(true, QUESTION, null);

        public PromptForm {
            if (!user.contains(QUESTION)) {
                throw new IllegalArgumentException("a prompt form needs " + QUESTION + ", found: " + user);
            }
        }

        /** A message of the user in this form. */
        public String ask(String question) {
            return user.replace(QUESTION, question);
        }
    }
}
