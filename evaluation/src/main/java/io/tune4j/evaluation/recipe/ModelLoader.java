// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.engine.torch.TorchFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Loads the models of {@link Candidates}, one at a time. */
final class ModelLoader {
    private final Backend backend;
    private final DType dtype;
    private final Candidates candidates;
    private final ModelPlan adapted;
    private final Console console;

    ModelLoader(Backend backend, DType dtype, Candidates candidates, ModelPlan adapted, Console console) {
        this.backend = backend;
        this.dtype = dtype;
        this.candidates = candidates;
        this.adapted = adapted;
        this.console = console;
    }

    /** A model with everything that was opened for it. */
    record Loaded(CausalLanguageModel model, Closing parts) implements AutoCloseable {
        @Override
        public void close() {
            parts.close();
        }
    }

    /**
     * Loads a model.
     *
     * @param name one of {@link Candidates#names}
     */
    Loaded load(String name) {
        boolean isMerged = name.equals(Candidates.MERGED);
        Path folder = isMerged
                ? Objects.requireNonNull(candidates.merged())
                : candidates.checkpointer().checkpointDirectory();
        Closing closing = new Closing();
        boolean done = false;
        try {
            Checkpoint checkpoint = closing.add(
                    isMerged
                            ? Checkpoint.open(folder, List.of(new TorchFormat()))
                            : candidates.checkpointer().open());
            CheckpointFit.check(adapted.definition(), checkpoint, folder);
            WeightSource weights = new CheckpointWeights(checkpoint);
            FrozenLinearFactory frozen = adapted.weightFormat().factory(backend, dtype, weights, console::line);
            LinearFactory projections = frozen;
            Adapter adapter = null;
            if (name.equals(Candidates.ADAPTER)) {
                adapter = closing.add(
                        Objects.requireNonNull(adapted.peft()).saved().attach(backend, dtype, 0));
                projections = adapter.decorate(frozen);
            }
            CausalLanguageModel model = closing.add(adapted.definition().build(backend, dtype, weights, projections));
            if (adapter != null) {
                adapter.load(Objects.requireNonNull(candidates.adapter()));
            }
            done = true;
            return new Loaded(model, closing);
        } finally {
            if (!done) {
                closing.close();
            }
        }
    }
}
