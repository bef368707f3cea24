// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.TuneException;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.run.Host;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.app.run.ServedFolder;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.LoadedModel;
import io.tune4j.generation.Ticket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The thread that opens a model, computes its answers and closes it. */
final class ModelThread implements AutoCloseable {
    private static final String RECIPE = "generate";

    private final CompletableFuture<Opened> opened = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean ending;

    /** The parts of a model that answers are made with. */
    private record Opened(LoadedModel model, Generator generator, Set<Integer> ends) {}

    private ModelThread(ServedFolder folder, Map<String, Object> settings) {
        // Plugins are those that the caller's class loader knows.
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        List<String> overrides = settings.entrySet().stream()
                .map(each -> each.getKey() + "=" + OverrideText.of(each.getKey(), each.getValue()))
                .toList();
        this.thread = new Thread(() -> run(folder, overrides), "tune4j-model");
        thread.setContextClassLoader(loader);
        thread.setDaemon(true);
    }

    /** Begins one, and waits until the weights are read. */
    static ModelThread start(ServedFolder folder, Map<String, Object> settings) {
        ModelThread started = new ModelThread(folder, settings);
        started.thread.start();
        started.model();
        return started;
    }

    private void run(ServedFolder folder, List<String> overrides) {
        ProgramConsole console = new ProgramConsole(line -> {}, line -> {}, List.of());
        ConfigSource source = new ConfigSource("a program", "a program", null, folder::generateYaml);
        try {
            new RecipeRunner(Host.present(console), console)
                    .use(RECIPE, source, overrides, LoadedModel.Source.class, this::serve);
        } catch (RuntimeException | Error e) {
            opened.completeExceptionally(e);
        }
    }

    private boolean serve(LoadedModel.Source opener) {
        try (LoadedModel model = opener.open();
                Generator generator = model.generator(GeneratorOptions.DEFAULT)) {
            opened.complete(new Opened(model, generator, model.ends()));
            try {
                while (await(generator)) {
                    generator.step();
                }
            } finally {
                // Nothing is submitted after this, so the generator's end is the end of every answer.
                end();
            }
        }
        return true;
    }

    /** Waits for work; false if there is to be none. */
    private boolean await(Generator generator) {
        lock.lock();
        try {
            while (!ending && generator.waiting() == 0 && generator.running() == 0) {
                changed.awaitUninterruptibly();
            }
            return !ending;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The model, when its weights are read. */
    LoadedModel model() {
        return opened().model();
    }

    private Opened opened() {
        try {
            return opened.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TuneException known) {
                throw known;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new InternalException("the model could not be opened", e.getCause());
        }
    }

    Ticket submit(Prompt prompt, int adapter, GenerationListener listener) {
        Opened parts = opened();
        // Also the tokenizer is freed when the model is closed.
        lock.lock();
        try {
            if (ending) {
                throw new IllegalStateException("the model is closed");
            }
            GenerationRequest request = new GenerationRequest(
                    tokens(prompt, adapter, parts.model()),
                    adapter,
                    prompt.maxNewTokens(),
                    prompt.sampling(),
                    parts.ends(),
                    prompt.stops(),
                    -1);
            Ticket ticket = parts.generator().submit(request, listener);
            changed.signalAll();
            return ticket;
        } finally {
            lock.unlock();
        }
    }

    private static int[] tokens(Prompt prompt, int adapter, LoadedModel model) {
        return prompt.messages().isEmpty()
                ? model.tokenizer().encodeText("prompt", prompt.text(), false).tokens()
                : model.prompts().encode(prompt.messages(), adapter);
    }

    @Override
    public void close() {
        end();
        if (Thread.currentThread() == thread) {
            // A listener closes the model: its thread ends when the listener returns.
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            // The thread frees everything without this one.
            Thread.currentThread().interrupt();
        }
    }
}
