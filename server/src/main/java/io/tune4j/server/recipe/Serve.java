// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.recipe;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.adapter.AdapterSection;
import io.tune4j.generation.EndTokens;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.generation.Prompts;
import io.tune4j.server.http.Endpoint;
import io.tune4j.server.http.HttpFront;
import io.tune4j.server.metrics.Metrics;
import io.tune4j.server.model.ModelWorker;
import io.tune4j.server.model.ServedModels;
import io.tune4j.server.openai.ChatEndpoint;
import io.tune4j.server.openai.CompletionEndpoint;
import io.tune4j.server.openai.ModelsEndpoint;
import io.tune4j.server.openai.Serving;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Serves a base model and its adapters over an OpenAI-compatible API, until it is cancelled. Requests to different adapters run
 * in one ragged batch. {@link ServeOptions} describes the keys.
 */
public final class Serve implements Recipe {
    private static final long PAUSE_MILLIS = 100;

    private final RunConfig config;
    private final Components components;
    private final Console console;
    private final Cancellation cancellation;
    private final ServeOptions options;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final TokenizerProvider tokenizers;

    @Inject
    public Serve(
            RunConfig config,
            Components components,
            Console console,
            Cancellation cancellation,
            ServeOptions options,
            BackendOptions computing,
            Provider<Backend> backends,
            TokenizerProvider tokenizers) {
        this.config = config;
        this.components = components;
        this.console = console;
        this.cancellation = cancellation;
        this.options = options;
        this.computing = computing;
        this.backends = backends;
        this.tokenizers = tokenizers;
    }

    @Override
    public void check() {
        adapters();
        forms();
    }

    private List<ServedModels.Named> adapters() {
        config.problems().throwIfAny();
        ConfigReader base = config.root().section("model");
        List<ServedModels.Named> named = new ArrayList<>();
        options.adapters().forEach((name, folder) -> {
            ModelPlan plan = components.modelOf(AdapterSection.of(folder, base), options.checkpointer());
            PeftPlan peft = plan == null ? null : plan.peft();
            if (peft != null) {
                named.add(new ServedModels.Named(name, folder, peft));
            }
        });
        config.problems().throwIfAny();
        return named;
    }

    @Override
    public Outcome run() {
        List<ServedModels.Named> named = adapters();
        config.notices().all().forEach(console::line);
        config.notices().warnings().forEach(console::warning);
        try (Tokenizer tokenizer = tokenizers.open();
                ServedModels models = new ServedModels(
                        options.baseName(),
                        options.plan(),
                        options.checkpointer(),
                        named,
                        backends.get(),
                        computing.dtype(),
                        console);
                ModelWorker worker =
                        new ModelWorker(models.model(), tokenizer, positions(), options.parallel(), options.queue())) {
            serve(tokenizer, models, worker);
        }
        return Outcome.CANCELLED;
    }

    private int positions() {
        int most = options.plan().definition().maxSequenceLength();
        Integer asked = options.positions();
        return asked == null ? most : Math.min(asked, most);
    }

    private void serve(Tokenizer tokenizer, ServedModels models, ModelWorker worker) {
        Metrics metrics = new Metrics();
        metrics.gauge("running_requests", worker::running);
        metrics.gauge("waiting_requests", worker::waiting);
        metrics.gauge("cache_bytes", worker::cacheBytes);
        metrics.gauge(
                "heap_bytes",
                () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        Prompts prompts = new Prompts(tokenizer, forms());
        Serving serving =
                new Serving(models, worker, prompts, ends(tokenizer), positions(), options.mostTokens(), metrics);
        Map<String, Endpoint> endpoints = Map.of(
                "GET /",
                page(),
                "GET /health",
                call -> call.respond(200, "application/json", "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8)),
                "GET /metrics",
                call -> call.respond(
                        200, "text/plain; version=0.0.4", metrics.text().getBytes(StandardCharsets.UTF_8)),
                "GET /v1/models",
                new ModelsEndpoint(models, positions()),
                "POST /v1/chat/completions",
                new ChatEndpoint(serving),
                "POST /v1/completions",
                new CompletionEndpoint(serving));
        try (HttpFront front = new HttpFront(options.http(), endpoints, console::warning, metrics::request)) {
            console.line("serving    " + String.join(", ", models.names()) + " at http://"
                    + options.http().host() + ":" + front.port() + "/v1");
            if (options.http().apiKey() == null && !front.isLocal()) {
                console.warning("other machines can use this server without a key; set api_key");
            }
            while (!cancellation.isRequested()) {
                pause();
                Throwable failure = worker.failure();
                if (failure != null) {
                    throw new InternalException("the model's thread failed", failure);
                }
            }
            front.refuse();
            long end = System.nanoTime() + options.shutdownSeconds() * 1_000_000_000L;
            while (front.active() > 0 && System.nanoTime() < end) {
                pause();
            }
            worker.close();
            console.line("served     until it was stopped");
        }
    }

    /** Reads the prompt form of the base, and then that of each adapter, in the order of the config. */
    private List<PromptForm> forms() {
        List<PromptForm> forms = new ArrayList<>();
        forms.add(PromptFormFile.read(options.checkpointer().checkpointDirectory()));
        options.adapters().values().forEach(folder -> forms.add(PromptFormFile.read(folder)));
        return forms;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InternalException("the server's thread was interrupted", e);
        }
    }

    /** The end tokens of the checkpoint and of the tokenizer. */
    private Set<Integer> ends(Tokenizer tokenizer) {
        Set<Integer> ends =
                new LinkedHashSet<>(EndTokens.of(options.checkpointer().checkpointDirectory()));
        IntStream.range(0, tokenizer.vocabularySize()).filter(tokenizer::isEnd).forEach(ends::add);
        return ends;
    }

    private static Endpoint page() {
        try (InputStream stream = Serve.class.getResourceAsStream("/io/tune4j/server/http/page.html")) {
            if (stream == null) {
                throw new InternalException("the page is not in the jar");
            }
            byte[] page = stream.readAllBytes();
            return call -> call.respond(200, "text/html; charset=utf-8", page);
        } catch (IOException e) {
            throw new InternalException("cannot read the page", e);
        }
    }
}
