// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.model;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.adapter.AdapterSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A base model and its adapters, by the names that clients use. */
public final class ServedModels implements AutoCloseable {
    /**
     * An adapter to load.
     *
     * @param name the adapter's name for clients
     * @param folder the adapter's folder
     * @param plan the adapter's PEFT method and its options
     */
    public record Named(String name, Path folder, PeftPlan plan) {}

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final List<Adapter> adapters = new ArrayList<>();
    private final Closing closing = new Closing();
    private final CausalLanguageModel model;

    /**
     * Loads the base and all adapters.
     *
     * @param baseName the base model's name for clients
     * @param base the base model without a PEFT method
     */
    public ServedModels(
            String baseName,
            ModelPlan base,
            Checkpointer checkpointer,
            List<Named> named,
            Backend backend,
            DType dtype,
            Console console) {
        numbers.put(baseName, AdapterRows.BASE);
        try {
            Checkpoint checkpoint = closing.add(checkpointer.open());
            CheckpointFit.check(base.definition(), checkpoint, checkpointer.checkpointDirectory());
            WeightSource weights = new CheckpointWeights(checkpoint);
            FrozenLinearFactory frozen = base.weightFormat().factory(backend, dtype, weights, console::line);
            for (Named each : named) {
                adapters.add(closing.add(each.plan().saved().attach(backend, dtype, 0)));
                numbers.put(each.name(), adapters.size());
            }
            model = closing.add(base.definition()
                    .build(backend, dtype, weights, adapters.isEmpty() ? frozen : AdapterSet.over(frozen, adapters)));
            for (int i = 0; i < named.size(); i++) {
                adapters.get(i).load(named.get(i).folder());
            }
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    /** The model with all adapters; for the thread that computes. */
    public CausalLanguageModel model() {
        return model;
    }

    /** The names, the base model's first. */
    public Set<String> names() {
        return numbers.keySet();
    }

    /** The number in {@link AdapterRows} of a model, or null if no model has the name. */
    public @Nullable Integer number(String name) {
        return numbers.get(name);
    }

    @Override
    public void close() {
        closing.close();
    }
}
