// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.tokens.TokenStore;
import io.tune4j.recipes.training.TrainingData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The training data and the validation data of a run.
 *
 * @param validation null if the config has no {@code dataset_val}
 * @param promptForm how the training data ask
 */
public record TrainingSets(TrainingData training, @Nullable TrainingData validation, PromptForm promptForm)
        implements AutoCloseable {
    /**
     * Reads and tokenizes both.
     *
     * @param watch is called for each data set and each record, and may end this by an exception
     * @throws io.tune4j.api.error.DataException if a record does not fit the config or the model
     */
    static TrainingSets open(
            DataSources sources, ModelDefinition model, Tokenizer tokenizer, Console console, Runnable watch) {
        Reader reader = new Reader(sources, model, tokenizer, console, watch);
        DatasetProvider provider = Objects.requireNonNull(sources.training());
        TrainingData training = reader.read(DataSources.TRAINING, provider);
        if (sources.validation() == null) {
            return new TrainingSets(training, null, provider.promptForm());
        }
        boolean done = false;
        try {
            TrainingData validation = reader.read(DataSources.VALIDATION, sources.validation());
            done = true;
            return new TrainingSets(training, validation, provider.promptForm());
        } finally {
            if (!done) {
                training.close();
            }
        }
    }

    private record Reader(
            DataSources sources, ModelDefinition model, Tokenizer tokenizer, Console console, Runnable watch) {
        TrainingData read(String key, DatasetProvider provider) {
            watch.run();
            Dataset dataset = provider.open(tokenizer);
            TokenStore store = sources.tokens().open(console, key, dataset, tokenizer, watch);
            int longest = model.maxSequenceLength();
            int vocabulary = model.vocabularySize();
            return sources.pairs()
                    ? TrainingData.ofPairs(key, store, longest, vocabulary)
                    : TrainingData.of(key, store, dataset.packing(), longest, vocabulary, sources.maxTokens());
        }
    }

    /** Says what there is, and lists the records that do not fit in files of a folder. */
    public void describe(Console console, Path output) {
        console.line("data       " + training.describe() + ", longest " + training.longest() + " tokens"
                + (validation == null ? "" : "; validation " + validation.describe()));
        if (training.leftOut() > 0) {
            console.warning(training.leftOut() + " records of " + training.describe()
                    + " have no token to learn (an empty answer, or one cut off) and are left out");
        }
        listSkipped(DataSources.TRAINING, training, console, output);
        if (validation != null) {
            listSkipped(DataSources.VALIDATION, validation, console, output);
        }
    }

    private static void listSkipped(String key, TrainingData data, Console console, Path output) {
        long skipped = data.store().summary().skipped();
        if (skipped == 0) {
            return;
        }
        Path list = output.resolve("skipped-" + key + ".txt");
        AtomicFiles.write(list, out -> Files.copy(data.store().unfitFile(), out));
        console.warning(skipped + " records of " + key + " do not fit and are skipped; " + list
                + " says why, the first: " + data.store().unfit(1).get(0));
    }

    @Override
    public void close() {
        training.close();
        if (validation != null) {
            validation.close();
        }
    }
}
