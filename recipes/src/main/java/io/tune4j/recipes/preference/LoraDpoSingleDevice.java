// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.recipes.trainer.AdapterTrainer;
import io.tune4j.recipes.trainer.TrainerParts;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Map;

/**
 * Trains an adapter on pairs of answers, of which one is preferred (DPO, Rafailov et al. 2023, and its relatives): torchtune's recipe of
 * the same name, with its keys.
 *
 * <p>Keys are those of {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice}, with these differences:
 *
 * <ul>
 *   <li>{@code dataset} and {@code dataset_val} have pairs: {@code preference_dataset}, {@code stack_exchange_paired_dataset}, {@code
 *       hh_rlhf_helpful_dataset}
 *   <li>{@code loss} is a {@link PreferenceLoss}; DPO with beta 0.1 if the config names none
 *   <li>{@code batch_size} and all that follows from it count pairs
 * </ul>
 *
 * <p>A step computes the prompt of a pair once for both answers ({@code share_prefixes}). The reference is the same model with the
 * adapter off, so it takes no memory.
 */
public final class LoraDpoSingleDevice implements Recipe {
    private final AdapterTrainer trainer;
    private final TrainerParts parts;
    private final PreferenceLoss loss;
    private final RunConfig config;

    @Inject
    public LoraDpoSingleDevice(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts,
            PreferenceLoss loss) {
        this.trainer = new AdapterTrainer(config, console, cancellation, computing, backends, parts);
        this.parts = parts;
        this.loss = loss;
        this.config = config;
    }

    @Override
    public void check() {
        trainer.check();
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        return trainer.estimate(tokensPerSample);
    }

    @Override
    public DataReport data(int samples) {
        return trainer.data(samples);
    }

    @Override
    public Outcome run() {
        return trainer.run(
                (backend, adapter) -> new PreferenceObjective(backend, parts.tokens(), loss, adapter),
                Map.of("loss", describeLoss()));
    }

    /** The loss with its numbers; one of a plugin by what the config says of it. */
    private String describeLoss() {
        ConfigNode section = config.root().node("loss");
        return loss instanceof Record || section == null ? loss.toString() : section.canonical();
    }
}
