// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.options.Teacher;
import io.tune4j.recipes.trainer.AdapterTrainer;
import io.tune4j.recipes.trainer.TrainerParts;
import jakarta.inject.Inject;
import jakarta.inject.Provider;

/**
 * Trains an adapter on the labels of the data and on the distributions of a larger model, the teacher: torchtune's recipe of the same
 * name, with its keys.
 *
 * <p>Keys are those of {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice} and of {@link Teacher}. The teacher is frozen and its
 * pass leaves no tape, so it takes the memory of its weights, which may be quantized ({@code teacher_model.quantize_base: True}).
 */
public final class KnowledgeDistillationSingleDevice implements Recipe {
    private final Console console;
    private final BackendOptions computing;
    private final TrainerParts parts;
    private final Teacher teacher;
    private final AdapterTrainer trainer;

    @Inject
    public KnowledgeDistillationSingleDevice(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts,
            Teacher teacher) {
        this.console = console;
        this.computing = computing;
        this.parts = parts;
        this.teacher = teacher;
        this.trainer = new AdapterTrainer(config, console, cancellation, computing, backends, parts);
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
        check();
        console.line("teacher    " + teacher.plan().definition().describe() + ", from "
                + teacher.checkpointer().checkpointDirectory());
        try (Checkpoint weights = teacher.checkpointer().open()) {
            CheckpointFit.check(
                    teacher.plan().definition(), weights, teacher.checkpointer().checkpointDirectory());
            return trainer.run(
                    (closing, backend, memory) -> new DistillationObjective(
                            backend,
                            closing.add(load(backend, memory.watched(new CheckpointWeights(weights)))),
                            parts.tokens(),
                            teacher.ratio()),
                    teacher.settings(weights));
        }
    }

    private CausalLanguageModel load(Backend backend, WeightSource weights) {
        DType dtype = computing.dtype();
        FrozenLinearFactory frozen = teacher.plan().weightFormat().factory(backend, dtype, weights, console::line);
        return teacher.plan().definition().build(backend, dtype, weights, frozen);
    }
}
