// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The options of torchtune's builders that say how a record is read. */
final class Formats {
    private static final String COLUMN_MAP = "column_map";

    private Formats() {}

    static RecordFormat alpaca(ConfigReader options) {
        Map<String, String> columns = columns(options, Set.of("instruction", "input", "output"), Map.of());
        // torchtune's defaults: True for Alpaca, False elsewhere.
        boolean trainOnInput = trainOnInput(options, true);
        return new PairFormat(true, columns, trainOnInput, options.stringOrNull("new_system_prompt"));
    }

    /** @param usual names of the columns that the data set has */
    static RecordFormat pairs(ConfigReader options, Map<String, String> usual) {
        Map<String, String> columns = columns(options, Set.of("input", "output"), usual);
        boolean trainOnInput = trainOnInput(options, false);
        return new PairFormat(false, columns, trainOnInput, options.stringOrNull("new_system_prompt"));
    }

    static RecordFormat conversations(ConfigReader options) {
        String style = options.string("conversation_style", "openai");
        boolean shareGpt = style.equals("sharegpt");
        if (!shareGpt && !style.equals("openai")) {
            options.problem("conversation_style", "expected openai or sharegpt, found '" + style + "'");
        }
        String column = options.string("conversation_column", shareGpt ? "conversations" : "messages");
        return conversation(options, shareGpt, column);
    }

    static RecordFormat slimOrca(ConfigReader options) {
        Map<String, String> columns = columns(options, Set.of("conversations"), Map.of());
        return conversation(options, true, columns.getOrDefault("conversations", "conversations"));
    }

    static RecordFormat text(ConfigReader options, String usual) {
        return new TextFormat(options.string("column", usual), options.bool("add_eos", true));
    }

    private static RecordFormat conversation(ConfigReader options, boolean shareGpt, String column) {
        return new ConversationFormat(
                column,
                new TurnReader(shareGpt ? "from" : "role", shareGpt ? "value" : "content", Roles.read(options)),
                masking(options),
                options.stringOrNull("new_system_prompt"));
    }

    /** The names of some fields: the usual ones, or those of {@code column_map}. */
    static Map<String, String> columns(ConfigReader options, Collection<String> fields, Map<String, String> usual) {
        Map<String, String> columns = new HashMap<>(usual);
        ConfigReader map = options.sectionOrNull(COLUMN_MAP);
        if (map != null) {
            for (String field : fields) {
                columns.put(field, map.string(field, usual.getOrDefault(field, field)));
            }
        }
        return columns;
    }

    /** {@code train_on_input}, or the newer {@code masking_strategy} in its place. */
    private static boolean trainOnInput(ConfigReader options, boolean usual) {
        boolean all = options.bool("train_on_input", usual);
        return options.has("masking_strategy") ? masking(options) == ConversationFormat.Masking.ALL : all;
    }

    private static ConversationFormat.Masking masking(ConfigReader options) {
        boolean all = options.bool("train_on_input", false);
        String word = options.string("masking_strategy", all ? "train_on_all" : "train_on_assistant");
        return switch (word) {
            case "train_on_all" -> ConversationFormat.Masking.ALL;
            case "train_on_assistant" -> ConversationFormat.Masking.ASSISTANT;
            case "train_on_last" -> ConversationFormat.Masking.LAST;
            default -> {
                options.problem(
                        "masking_strategy",
                        "expected train_on_assistant, train_on_last or train_on_all, found '" + word + "'");
                yield ConversationFormat.Masking.ASSISTANT;
            }
        };
    }
}
