package io.tune4j.recipes;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Packing;
import io.tune4j.api.data.SampleSink;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.training.BackgroundThread;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A run's data, read and tokenized on a thread of their own while the backend starts. */
final class TrainingSetsAhead implements AutoCloseable {
    private final BackgroundThread thread = new BackgroundThread("tune4j-tokens", "tokenizing");
    private final Future<TrainingSets> sets;
    private volatile boolean isUnwanted;
    private volatile @Nullable TrainingSets made;
    private boolean isTaken;

    /** Begins. */
    TrainingSetsAhead(LoraFinetuneOptions options, Tokenizer tokenizer, Console console) {
        sets = thread.submit(() -> {
            TrainingSets opened = TrainingSets.open(
                    options, tokenizer, console, provider -> new Stoppable(provider, this::stopIfUnwanted));
            made = opened;
            return opened;
        });
    }

    /**
     * Waits for the data, which the caller then closes.
     *
     * @throws DataException if a record does not fit the config or the model
     */
    TrainingSets take() {
        TrainingSets taken = thread.await(sets);
        isTaken = true;
        return taken;
    }

    /** What nobody took is given up. */
    @Override
    public void close() {
        isUnwanted = true;
        thread.close();
        TrainingSets left = made;
        if (!isTaken && left != null) {
            left.close();
        }
    }

    private void stopIfUnwanted() {
        if (isUnwanted) {
            throw new CancellationException();
        }
    }

    /** A data set whose opening and reading end when it is no longer wanted. */
    private record Stoppable(DatasetProvider provider, Runnable check) implements DatasetProvider {
        @Override
        public Dataset open(Tokenizer tokenizer) {
            check.run();
            return new StoppableDataset(provider.open(tokenizer), check);
        }
    }

    private record StoppableDataset(Dataset dataset, Runnable check) implements Dataset {
        @Override
        public void read(SampleSink sink) {
            check.run();
            dataset.read(new SampleSink() {
                @Override
                public void sample(TokenizedSample sample) {
                    check.run();
                    sink.sample(sample);
                }

                @Override
                public void unfit(DataException reason, boolean skips) {
                    check.run();
                    sink.unfit(reason, skips);
                }
            });
        }

        @Override
        public @Nullable String identity() {
            return dataset.identity();
        }

        @Override
        public @Nullable Packing packing() {
            return dataset.packing();
        }

        @Override
        public String describe() {
            return dataset.describe();
        }
    }
}
