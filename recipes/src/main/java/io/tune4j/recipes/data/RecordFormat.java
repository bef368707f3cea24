// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import java.util.List;

/** Makes something to learn of one record: a sample, or several that belong together. */
@FunctionalInterface
interface RecordFormat {
    /** The content of a record. */
    @FunctionalInterface
    interface Content {
        List<TokenizedSample> samples(Tokenizer tokenizer, String id);

        /** Messages of text alone. */
        static Content of(List<Message> messages) {
            return (tokenizer, id) -> List.of(tokenizer.encodeMessages(id, messages));
        }

        /** Messages with all that the record says. */
        static Content of(Conversation conversation) {
            return (tokenizer, id) -> List.of(tokenizer.encodeConversation(id, conversation));
        }
    }

    /**
     * Reads.
     *
     * @param id of the record, for messages
     * @throws io.tune4j.api.error.DataException naming record and field, if it does not fit
     */
    Content read(JsonNode record, String id);

    /** How the records ask. */
    default PromptForm promptForm() {
        return PromptForm.PLAIN;
    }
}
