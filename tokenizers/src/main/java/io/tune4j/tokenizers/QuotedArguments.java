// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tune4j.api.data.Message;
import java.util.List;
import java.util.Map;

/**
 * Finds arguments of tool calls that a template quoted twice: OpenAI's files have them as a text of JSON, and many templates write what
 * they get as JSON. transformers renders it so, too; servers that parse the text first show a model something else.
 */
final class QuotedArguments {
    static final String CHANGE =
            "the chat template quotes the arguments of tool calls once more, because the record has them as a"
                    + " text; write them as objects";

    private QuotedArguments() {}

    static boolean areIn(String rendered, List<Message> messages) {
        return messages.stream()
                .map(message -> message.fields().get("tool_calls"))
                .filter(List.class::isInstance)
                .flatMap(calls -> ((List<?>) calls).stream())
                .anyMatch(call -> call instanceof Map<?, ?> fields
                        && (isQuoted(rendered, fields)
                                || fields.get("function") instanceof Map<?, ?> function
                                        && isQuoted(rendered, function)));
    }

    private static boolean isQuoted(String rendered, Map<?, ?> call) {
        if (!(call.get("arguments") instanceof String text) || text.indexOf('"') < 0) {
            return false;
        }
        return rendered.contains(new String(JsonStringEncoder.getInstance().quoteAsString(text)));
    }
}
