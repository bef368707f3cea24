// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.generate;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.LoadedModel;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.generation.Ticket;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Continues a prompt in the checkpoint's chat format: torchtune's recipe of the same name, with its keys. They are described in {@link
 * GenerateOptions} and {@link GeneratedModel}.
 */
public final class Generate implements Recipe, LoadedModel.Source {
    private static final int USUAL_PROMPT = 1024;

    private final RunConfig config;
    private final Components components;
    private final Console console;
    private final Cancellation cancellation;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final GeneratedModel model;
    private final GenerateOptions options;

    @Inject
    public Generate(
            RunConfig config,
            Components components,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            GeneratedModel model,
            GenerateOptions options) {
        this.config = config;
        this.components = components;
        this.console = console;
        this.cancellation = cancellation;
        this.computing = computing;
        this.backends = backends;
        this.model = model;
        this.options = options;
    }

    @Override
    public void check() {
        config.problems().throwIfAny();
    }

    /** For one prompt with its answer, by default a prompt of 1,024 tokens. */
    @Override
    public RunEstimate estimate(int tokensPerSample) {
        check();
        int most = model.plan().definition().maxSequenceLength();
        int tokens = tokensPerSample > 0 ? tokensPerSample : USUAL_PROMPT + options.maxNewTokens();
        return GenerationForecast.of(
                model.planned(components), model.adapter() != null, computing, Math.min(most, tokens));
    }

    @Override
    public LoadedModel open() {
        check();
        return model.load(backends::get, computing.dtype(), components, console);
    }

    @Override
    public Outcome run() {
        long begin = System.nanoTime();
        try (LoadedModel loaded = open();
                Generator generator = loaded.generator(GeneratorOptions.DEFAULT.withCache(options.usesCache()))) {
            int adapter = loaded.adapters().isEmpty() ? AdapterRows.BASE : 1;
            if (!loaded.prompts().form(adapter).equals(PromptForm.PLAIN)) {
                console.line("prompt     in the form of the training data (" + PromptFormFile.NAME + ")");
            }
            int[] prompt = loaded.prompts().encode(options.prompt(), adapter);
            GenerationRequest request = new GenerationRequest(
                    prompt, adapter, options.maxNewTokens(), options.sampling(), loaded.ends(), options.stops(), -1);
            Timing timing = new Timing();
            Ticket ticket = generator.submit(request, timing);
            double loading = seconds(begin);
            long start = System.nanoTime();
            boolean goesOn = true;
            while (goesOn) {
                if (cancellation.isRequested()) {
                    ticket.cancel();
                }
                goesOn = generator.step();
            }
            Generation generation = ticket.await();
            generation.text().lines().forEach(console::line);
            report(generation, loading, start, timing, generator.cacheBytes());
            return generation.reason() == Generation.Reason.CANCELLED ? Outcome.CANCELLED : Outcome.COMPLETED;
        }
    }

    /** When the first token came. */
    private static final class Timing implements GenerationListener {
        private long first;

        @Override
        public void token(GeneratedToken token) {
            first = first == 0 ? System.nanoTime() : first;
        }
    }

    private void report(Generation generation, double loading, long start, Timing timing, long cacheBytes) {
        int tokens = generation.tokens().size();
        double rate = tokens < 2 ? 0 : (tokens - 1) / seconds(timing.first);
        console.line(String.format(
                Locale.ROOT,
                "%d tokens for a prompt of %d; loaded in %.2f s, first token after %.2f s, then %.1f tokens/s; keys and"
                        + " values %.1f MB",
                tokens,
                generation.promptTokens(),
                loading,
                tokens == 0 ? seconds(start) : (timing.first - start) / 1e9,
                rate,
                cacheBytes / 1e6));
        String reason = ended(generation.reason());
        if (reason != null) {
            console.line(reason);
        }
    }

    private @Nullable String ended(Generation.Reason reason) {
        return switch (reason) {
            case STOP -> null;
            case LENGTH -> "ended by max_new_tokens=" + options.maxNewTokens() + ", or by the model's last position";
            case CANCELLED -> "stopped";
        };
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
