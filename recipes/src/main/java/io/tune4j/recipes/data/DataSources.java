// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.recipes.tokens.TokenStore;
import io.tune4j.recipes.training.DataInspection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a run's data come from. What is made of files is null while these are not there, which is a problem of the config.
 *
 * @param tokenizer of section {@code tokenizer}
 * @param training of section {@code dataset}, or of several with a {@code weight} each
 * @param validation of section {@code dataset_val}, null without one too
 * @param tokens where the tokens of both are kept
 * @param maxTokens {@code tokenizer.max_seq_len}: the most tokens of a sample, and those of a pack; null for no limit
 * @param pairs whether each record is a preferred and a rejected answer
 */
public record DataSources(
        @Nullable TokenizerProvider tokenizer,
        @Nullable DatasetProvider training,
        @Nullable DatasetProvider validation,
        TokenOptions tokens,
        @Nullable Integer maxTokens,
        boolean pairs) {
    static final String TRAINING = "dataset";
    static final String VALIDATION = "dataset_val";

    /** Reads the sections of a recipe that learns each sample for itself. */
    public static DataSources read(ConfigValues config) {
        return read(config, false);
    }

    /** Reads the sections of a recipe that learns from pairs of answers. */
    public static DataSources readPairs(ConfigValues config) {
        return read(config, true);
    }

    private static DataSources read(ConfigValues config, boolean pairs) {
        DatasetProvider training = config.require(DatasetProvider.class);
        DatasetProvider validation = config.find(DatasetProvider.class, VALIDATION);
        require(config.root(), TRAINING, training, pairs);
        require(config.root(), VALIDATION, validation, pairs);
        return new DataSources(
                config.require(TokenizerProvider.class),
                training,
                validation,
                TokenOptions.read(config.root(), config.environment()),
                maxTokens(config),
                pairs);
    }

    private static void require(ConfigReader root, String key, @Nullable DatasetProvider found, boolean pairs) {
        if (found == null || found.hasPairs() == pairs) {
            return;
        }
        root.problem(
                key,
                pairs
                        ? "this recipe learns from a chosen and a rejected answer to each prompt; use preference_dataset,"
                                + " stack_exchange_paired_dataset or hh_rlhf_helpful_dataset"
                        : "its records have a chosen and a rejected answer, which lora_dpo_single_device learns from; use"
                                + " another data set, or start that recipe: tune run lora_dpo_single_device");
    }

    private static @Nullable Integer maxTokens(ConfigValues config) {
        ConfigReader section = config.root().sectionOrNull("tokenizer");
        return section == null ? null : section.integerOrNull("max_seq_len");
    }

    /** Whether nothing is missing to read the training data. */
    public boolean areThere() {
        return tokenizer != null && training != null;
    }

    public Tokenizer openTokenizer() {
        return Objects.requireNonNull(tokenizer).open();
    }

    /** Begins to read and tokenize. */
    public TrainingSetsAhead readAhead(ModelDefinition model, Tokenizer opened, Console console) {
        return new TrainingSetsAhead(this, model, opened, console);
    }

    /**
     * Looks at all data as a user should before training on them.
     *
     * @param shown samples of the training data to show
     */
    public DataReport inspect(ModelDefinition model, int shown, Console console) {
        List<DataReport.Set> sets = new ArrayList<>();
        try (Tokenizer opened = openTokenizer()) {
            sets.add(inspect(TRAINING, Objects.requireNonNull(training), model, opened, shown, console));
            if (validation != null) {
                sets.add(inspect(VALIDATION, validation, model, opened, 0, console));
            }
        }
        return new DataReport(sets);
    }

    private DataReport.Set inspect(
            String key, DatasetProvider provider, ModelDefinition model, Tokenizer opened, int shown, Console console) {
        try (TokenStore store = tokens.look(console, key, provider, opened)) {
            return new DataInspection(key, opened, maxTokens, model.maxSequenceLength()).inspect(store, shown);
        }
    }
}
