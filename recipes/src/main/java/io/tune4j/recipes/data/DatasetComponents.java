// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data sets by torchtune's names, from local files and from the hub. */
public final class DatasetComponents implements ComponentFactory<DatasetProvider> {
    /** Reads a kind's own options. */
    @FunctionalInterface
    private interface FormatReader {
        RecordFormat read(ConfigReader options);
    }

    /** Whether torchtune divides samples of a kind where it packs them. */
    private static final boolean SPLITS_TEXT = true;

    private static final String GSM8K = "gsm8k_sft";
    private static final String STACK_EXCHANGE = "stack_exchange_paired_dataset";

    private final String name;
    private final String summary;
    private final String source;
    private final @Nullable String subset;
    private final boolean splits;
    private final FormatReader format;

    private DatasetComponents(
            String name, String summary, String source, @Nullable String subset, boolean splits, FormatReader format) {
        this.name = name;
        this.summary = summary;
        this.source = source;
        this.subset = subset;
        this.splits = splits;
        this.format = format;
    }

    private static DatasetComponents messages(String name, String source, String summary, FormatReader format) {
        return new DatasetComponents(name, summary, source, null, false, format);
    }

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        return List.of(
                messages(
                        "alpaca_dataset",
                        "tatsu-lab/alpaca",
                        "records with instruction, input and output, in Alpaca's template",
                        Formats::alpaca),
                messages(
                        "alpaca_cleaned_dataset",
                        "yahma/alpaca-cleaned",
                        "the same as alpaca_dataset",
                        Formats::alpaca),
                messages(
                        "instruct_dataset",
                        "json",
                        "records with input and output",
                        options -> Formats.pairs(options, Map.of())),
                messages(
                        "samsum_dataset",
                        "Samsung/samsum",
                        "records with dialogue and summary",
                        options -> Formats.pairs(options, Map.of("input", "dialogue", "output", "summary"))),
                messages(
                        "grammar_dataset",
                        "liweili/c4_200m",
                        "records with input and output, a sentence and the right one",
                        options -> Formats.pairs(options, Map.of())),
                messages(
                        "chat_dataset",
                        "json",
                        "records with a list of messages, in OpenAI's or ShareGPT's style",
                        Formats::conversations),
                messages(
                        "slimorca_dataset",
                        "Open-Orca/SlimOrca-Dedup",
                        "records with a list of messages in ShareGPT's style",
                        Formats::slimOrca),
                messages(
                        "preference_dataset",
                        "json",
                        "records with a prompt, a chosen answer and a rejected one",
                        options -> PreferenceFormat.read(options, Map.of())),
                messages(
                        "hh_rlhf_helpful_dataset",
                        "RLHFlow/HH-RLHF-Helpful-standard",
                        "pairs of conversations, of which people found one more helpful",
                        options -> PreferenceFormat.read(options, Map.of())),
                new DatasetComponents(
                        STACK_EXCHANGE,
                        "questions with a better and a worse answer",
                        "lvwerra/stack-exchange-paired",
                        // torchtune's data_dir: data/rl
                        "rl",
                        false,
                        options -> PreferenceFormat.read(
                                options,
                                Map.of("prompt", "question", "chosen", "response_j", "rejected", "response_k"))),
                new DatasetComponents(
                        GSM8K,
                        "GSM8K's problems, with reasoning and result to be learned",
                        "openai/gsm8k",
                        "main",
                        false,
                        Gsm8kFormat::read),
                new DatasetComponents(
                        "text_completion_dataset",
                        "plain text, learned as it is",
                        "json",
                        null,
                        SPLITS_TEXT,
                        options -> Formats.text(options, "text")),
                new DatasetComponents(
                        "wikitext_dataset",
                        "articles of Wikipedia as plain text",
                        "EleutherAI/wikitext_document_level",
                        "wikitext-103-v1",
                        SPLITS_TEXT,
                        options -> Formats.text(options, "page")),
                new DatasetComponents(
                        "cnn_dailymail_articles_dataset",
                        "articles of newspapers as plain text",
                        "ccdv/cnn_dailymail",
                        "3.0.0",
                        SPLITS_TEXT,
                        options -> Formats.text(options, "article")));
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
        return name.equals(GSM8K)
                ? List.of("torchtune.dev.grpo.gsm8k." + GSM8K, "torchtune.dev.rl.gsm8k." + GSM8K)
                : List.of("torchtune.datasets." + name);
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable DatasetProvider create(ConfigReader options, ComponentContext context) {
        String part = options.string("name", options.string("subset", subset == null ? "" : subset));
        boolean own = options.has("source") || options.has("data_files");
        boolean said = options.has("name") || options.has("subset");
        RecordSource records = RecordSource.read(
                options,
                source,
                part.isEmpty() || (own && !said) ? null : part,
                context.components().environment());
        RecordFormat made = format.read(options);
        Packing packing = packing(options);
        if (options.has("filter_fn")) {
            options.problem(
                    "filter_fn",
                    "is a Python function, which is not run here; say what to take in SQL: query: SELECT * FROM data WHERE ...");
        }
        boolean skips = options.choice("on_bad_record", OnBadRecord.class, OnBadRecord.FAIL) == OnBadRecord.SKIP;
        if (!(made instanceof PreferenceFormat)) {
            return new Samples(records, made, packing, skips);
        }
        if (packing != null) {
            options.problem("packed", "pairs of answers are not packed: batches have no padding; leave it out");
        }
        return new Pairs(records, made, skips);
    }

    /** Records of which each becomes a sample. */
    private record Samples(
            RecordSource records,
            RecordFormat format,
            @Nullable Packing packing,
            boolean skips) implements DatasetProvider {
        @Override
        public Dataset open(Tokenizer tokenizer) {
            return new RecordDataset(records.open(), format, tokenizer, packing, skips);
        }

        @Override
        public PromptForm promptForm() {
            return format.promptForm();
        }
    }

    /** Records of which each becomes two samples. */
    private record Pairs(RecordSource records, RecordFormat format, boolean skips) implements DatasetProvider {
        @Override
        public Dataset open(Tokenizer tokenizer) {
            return new RecordDataset(records.open(), format, tokenizer, null, skips);
        }

        @Override
        public boolean hasPairs() {
            return true;
        }

        @Override
        public PromptForm promptForm() {
            return format.promptForm();
        }
    }

    private enum OnBadRecord {
        FAIL,
        SKIP
    }

    private @Nullable Packing packing(ConfigReader options) {
        boolean divides = options.bool("split_across_pack", splits);
        Integer most = options.integerOrNull("max_packs");
        if (most != null && most < 1) {
            options.problem("max_packs", "expected at least 1, or null for all, found " + most);
        }
        return options.bool("packed", false) ? new Packing(divides, most) : null;
    }
}
