// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.training.BackgroundThread;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A run's data, read and tokenized on a thread of their own while the backend starts. */
public final class TrainingSetsAhead implements AutoCloseable {
    private final BackgroundThread thread = new BackgroundThread("tune4j-tokens", "tokenizing");
    private final Future<TrainingSets> sets;
    /** Data sets that were made and not taken yet. */
    private final AtomicReference<@Nullable TrainingSets> left = new AtomicReference<>();

    private volatile boolean isUnwanted;

    /** Begins. */
    TrainingSetsAhead(DataSources sources, ModelDefinition model, Tokenizer tokenizer, Console console) {
        sets = thread.submit(() -> {
            TrainingSets made = TrainingSets.open(sources, model, tokenizer, console, this::stopIfUnwanted);
            left.set(made);
            return made;
        });
    }

    private void stopIfUnwanted() {
        if (isUnwanted) {
            throw new CancellationException();
        }
    }

    /**
     * Waits for the data, which the caller then closes.
     *
     * @throws io.tune4j.api.error.DataException if a record does not fit the config or the model
     */
    public TrainingSets take() {
        TrainingSets taken = thread.await(sets);
        left.set(null);
        return taken;
    }

    /** Closes data sets that were not taken. */
    @Override
    public void close() {
        isUnwanted = true;
        thread.close();
        TrainingSets unwanted = left.get();
        if (unwanted != null) {
            unwanted.close();
        }
    }
}
