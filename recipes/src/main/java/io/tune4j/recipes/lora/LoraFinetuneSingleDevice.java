// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.lora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.recipes.adapters.AdapterList;
import io.tune4j.recipes.adapters.SeveralAdapters;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.run.RunSetup;
import io.tune4j.recipes.trainer.AdapterTrainer;
import io.tune4j.recipes.trainer.TrainerParts;
import io.tune4j.recipes.training.Objective;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Map;

/**
 * Trains an adapter (LoRA or another PEFT method) on a frozen base model with one device: torchtune's recipe of the same
 * name, with its keys.
 *
 * <p>Keys are described where they are read:
 *
 * <ul>
 *   <li>{@link AdaptedModel}: {@code model}, {@code adapter_dtype}
 *   <li>{@link DataSources}: {@code tokenizer}, {@code dataset}, {@code dataset_val}, {@code token_cache}
 *   <li>{@link BatchOptions}: {@code batch_size}, {@code gradient_accumulation_steps}, {@code shuffle} and how samples come together
 *   <li>{@link io.tune4j.recipes.options.StepOptions}: {@code epochs}, {@code max_steps_per_epoch}, {@code max_steps}
 *   <li>{@link Updates}: {@code optimizer}, {@code optimizer_state_dtype}, {@code lr_scheduler}, {@code clip_grad_norm}
 *   <li>{@link SaveOptions}: {@code output_dir}, {@code resume_from_checkpoint}, what is saved and when
 *   <li>{@link io.tune4j.recipes.options.ValidationOptions}, {@link io.tune4j.recipes.options.SampleOptions}: how {@code dataset_val} is
 *       used
 *   <li>{@link io.tune4j.recipes.memory.MemoryOptions}: which activations are kept, {@code memory_limit}
 *   <li>{@link LogOptions}, {@link ProfilerOptions}: what is shown and written on the way
 *   <li>{@link AdapterList}: {@code adapters}, several adapters that are trained over one base at a time ({@link SeveralAdapters})
 *   <li>{@code loss} is cross-entropy if the config names none; {@code checkpointer}, {@code seed}, {@code backend}, {@code device},
 *       {@code dtype} and {@code num_threads} are those of all recipes
 * </ul>
 */
public final class LoraFinetuneSingleDevice implements Recipe {
    private final RunSetup.Host host;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final TrainerParts parts;
    private final AdapterTrainer trainer;
    private final AdapterList several;

    @Inject
    public LoraFinetuneSingleDevice(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts,
            AdapterList several) {
        this.host = new RunSetup.Host(config, console, cancellation);
        this.computing = computing;
        this.backends = backends;
        this.parts = parts;
        this.trainer = new AdapterTrainer(config, console, cancellation, computing, backends, parts);
        this.several = several;
    }

    @Override
    public void check() {
        trainer.check();
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        return several.forecast(parts.forecast()).estimate(tokensPerSample);
    }

    @Override
    public DataReport data(int samples) {
        return several.isEmpty() ? trainer.data(samples) : inspect(samples);
    }

    private DataReport inspect(int samples) {
        if (!parts.data().areThere()) {
            check();
        }
        return several.inspect(samples, host.console());
    }

    @Override
    public Outcome run() {
        if (several.isEmpty()) {
            return trainer.run((closing, backend, memory) -> Objective.ofTokens(backend, parts.tokens()), Map.of());
        }
        check();
        return new SeveralAdapters(host, computing, backends, parts, several).run();
    }
}
