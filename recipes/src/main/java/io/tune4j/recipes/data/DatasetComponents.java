package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Packing;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The data sets by torchtune's names, from local files. */
public final class DatasetComponents implements ComponentFactory<DatasetProvider> {
    /** Reads a kind's own options. */
    private interface FormatReader {
        RecordFormat read(ConfigReader options);
    }

    private final String name;
    private final String summary;
    private final String source;
    private final FormatReader format;

    private DatasetComponents(String name, String summary, String source, FormatReader format) {
        this.name = name;
        this.summary = summary;
        this.source = source;
        this.format = format;
    }

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        return List.of(
                new DatasetComponents(
                        "alpaca_dataset",
                        "records with instruction, input and output, in Alpaca's template",
                        "tatsu-lab/alpaca",
                        options -> pairs(options, true)),
                new DatasetComponents(
                        "alpaca_cleaned_dataset",
                        "the same as alpaca_dataset",
                        "yahma/alpaca-cleaned",
                        options -> pairs(options, true)),
                new DatasetComponents(
                        "instruct_dataset", "records with input and output", "json", options -> pairs(options, false)),
                new DatasetComponents(
                        "chat_dataset",
                        "records with a list of messages, in OpenAI's or ShareGPT's style",
                        "json",
                        DatasetComponents::conversations));
    }

    @Override
    public Class<DatasetProvider> type() {
        return DatasetProvider.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.datasets." + name);
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable DatasetProvider create(ConfigReader options, ComponentContext context) {
        DataFiles files = DataFiles.read(options, source);
        RecordFormat made = format.read(options);
        Packing packing = packing(options);
        if (options.has("filter_fn")) {
            options.problem("filter_fn", "is a Python function, which is not run here; filter the file instead");
        }
        if (options.has("name")) {
            options.problem("name", "parts of a data set are chosen by file here: name them in data_files");
        }
        return tokenizer -> new MessageDataset(files.fetch(), made, tokenizer, packing);
    }

    private static @Nullable Packing packing(ConfigReader options) {
        boolean splits = options.bool("split_across_pack", false);
        Integer most = options.integerOrNull("max_packs");
        if (most != null && most < 1) {
            options.problem("max_packs", "expected at least 1, or null for all, found " + most);
        }
        return options.bool("packed", false) ? new Packing(splits, most) : null;
    }

    private static RecordFormat pairs(ConfigReader options, boolean alpaca) {
        Map<String, String> columns = new HashMap<>();
        ConfigReader map = options.sectionOrNull("column_map");
        if (map != null) {
            for (String column : alpaca ? Set.of("instruction", "input", "output") : Set.of("input", "output")) {
                columns.put(column, map.string(column, column));
            }
        }
        // torchtune's defaults: True for Alpaca, False elsewhere.
        boolean trainOnInput = options.bool("train_on_input", alpaca);
        String system = options.stringOrNull("new_system_prompt");
        return new PairFormat(alpaca, columns, trainOnInput, system);
    }

    private static RecordFormat conversations(ConfigReader options) {
        String style = options.string("conversation_style", "openai");
        boolean shareGpt = style.equals("sharegpt");
        if (!shareGpt && !style.equals("openai")) {
            options.problem("conversation_style", "expected openai or sharegpt, found '" + style + "'");
        }
        String column = options.string("conversation_column", shareGpt ? "conversations" : "messages");
        String system = options.stringOrNull("new_system_prompt");
        return new ConversationFormat(
                column, shareGpt ? "from" : "role", shareGpt ? "value" : "content", masking(options), system);
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
