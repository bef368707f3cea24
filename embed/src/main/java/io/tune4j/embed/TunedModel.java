// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.app.run.ServedFolder;
import io.tune4j.generation.Generation;
import io.tune4j.generation.LoadedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory that answers: a base with the adapter of a run over it, or a checkpoint.
 *
 * <pre>{@code
 * try (TunedModel model = TunedModel.open(result.folder())) {
 *     String answer = model.chat("What is a tensor?");
 *     model.start(Prompt.chat("Tell me more.").maxNewTokens(100), System.out::print).await();
 * }
 * }</pre>
 *
 * <p>Any number of threads ask at a time. One thread of the model computes all answers in common steps, and an answer does not depend on
 * the others. Closing the model ends what is under way and frees its memory.
 */
public final class TunedModel implements AutoCloseable {
    private static final int WITH_ADAPTER = 1;

    private final ModelThread thread;
    private final LoadedModel model;

    private TunedModel(ModelThread thread) {
        this.thread = thread;
        this.model = thread.model();
    }

    /**
     * Reads the weights, with the plugins on the class path or module path.
     *
     * @param folder a run's output folder, an adapter that names its base's folder, or a checkpoint
     * @throws io.tune4j.api.error.UserException if it is none of these
     */
    public static TunedModel open(Path folder) {
        return open(folder, null, Map.of());
    }

    /**
     * Reads the weights.
     *
     * @param folder a run's output folder, an adapter, or a checkpoint
     * @param base the base model's folder; null for the one that the adapter names
     * @param settings keys of the recipe {@code generate}, such as {@code dtype} and {@code device}
     * @throws io.tune4j.api.error.TuneException as {@code tune chat} would report it
     */
    public static TunedModel open(Path folder, @Nullable Path base, Map<String, Object> settings) {
        return new TunedModel(ModelThread.start(ServedFolder.of(folder, base), settings));
    }

    /** The answer to a question in the form that the model was trained on, greedily; at most {@value Prompt#MAX_NEW_TOKENS} tokens. */
    public String chat(String question) {
        return answer(Prompt.chat(question)).text();
    }

    /** Answers, and waits for the end. */
    public Generation answer(Prompt prompt) {
        return start(prompt, text -> {}).await();
    }

    /**
     * Begins an answer and returns at once.
     *
     * @param texts takes the text as it comes, on the thread of the model, which waits meanwhile
     * @throws io.tune4j.api.error.UserException if the prompt is empty or leaves no position for an answer
     * @throws IllegalStateException if the model is closed
     */
    public PendingAnswer start(Prompt prompt, Consumer<String> texts) {
        int adapter = prompt.isBase() || model.adapters().isEmpty() ? 0 : WITH_ADAPTER;
        PendingAnswer.Listener listener = new PendingAnswer.Listener(texts);
        return new PendingAnswer(thread.submit(prompt, adapter, listener), listener);
    }

    /** Whether an adapter lies over the base. */
    public boolean hasAdapter() {
        return !model.adapters().isEmpty();
    }

    /** Ends what is under way as if cancelled, and frees the memory. */
    @Override
    public void close() {
        thread.close();
    }
}
