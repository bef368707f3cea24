package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.Message;
import java.util.List;

/** Makes a conversation of one record. */
@FunctionalInterface
interface RecordFormat {
    /**
     * @param id of the record, for messages
     * @throws io.tune4j.api.error.UserException naming record and field, if it does not fit
     */
    List<Message> messages(JsonNode record, String id);
}
