package io.tune4j.recipes;

import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.training.TrainingData;
import org.jspecify.annotations.Nullable;

/**
 * The training data and the validation data of a run.
 *
 * @param validation null if the config has no {@code dataset_val}
 */
record TrainingSets(TrainingData training, @Nullable TrainingData validation) implements AutoCloseable {
    /**
     * Reads and tokenizes both.
     *
     * @param watch is called for each data set and each record, and may end this by an exception
     * @throws io.tune4j.api.error.DataException if a record does not fit the config or the model
     */
    static TrainingSets open(LoraFinetuneOptions options, Tokenizer tokenizer, Console console, Runnable watch) {
        TrainingData training = read("dataset", options.dataset(), options, tokenizer, console, watch);
        if (options.validation() == null) {
            return new TrainingSets(training, null);
        }
        boolean done = false;
        try {
            TrainingData validation = read("dataset_val", options.validation(), options, tokenizer, console, watch);
            done = true;
            return new TrainingSets(training, validation);
        } finally {
            if (!done) {
                training.close();
            }
        }
    }

    private static TrainingData read(
            String key,
            DatasetProvider provider,
            LoraFinetuneOptions options,
            Tokenizer tokenizer,
            Console console,
            Runnable watch) {
        watch.run();
        Dataset dataset = provider.open(tokenizer);
        ModelDefinition definition = options.model().definition();
        return TrainingData.of(
                key,
                options.tokens().open(console, key, dataset, tokenizer, watch),
                dataset.packing(),
                definition.maxSequenceLength(),
                definition.vocabularySize(),
                options.maxTokens());
    }

    @Override
    public void close() {
        training.close();
        if (validation != null) {
            validation.close();
        }
    }
}
