// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.generate;

import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.Recipe.RunEstimate.Part;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.engine.shapes.MemoryMeter;
import io.tune4j.engine.shapes.ShapeBackend;
import io.tune4j.engine.shapes.ShapeWeights;
import io.tune4j.generation.GeneratorOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Foresees a generation by reading a prompt with the same model on a {@link ShapeBackend}, whose arrays have no elements. */
final class GenerationForecast {
    /** Java, its classes and heap, and the native library with its code and buffers: measured on the CPU. */
    private static final long PROCESS_BYTES = 340L << 20;

    private GenerationForecast() {}

    /**
     * Counts.
     *
     * @param plan with the adapter's method, if there is one
     * @param tokens of the prompt with its answer
     */
    static RunEstimate of(ModelPlan plan, boolean hasAdapter, BackendOptions computing, int tokens) {
        HostProcessor processor = HostProcessor.detect();
        int threads = computing.threads() == 0 ? processor.physicalCores() : computing.threads();
        PeftPlan peft = hasAdapter ? plan.peft() : null;
        try (ShapeBackend host = new ShapeBackend(!processor.hasBf16(), threads);
                ShapeBackend backend = computing.device().isCpu() ? host : new ShapeBackend(computing.device(), host);
                Adapter adapter = peft == null ? null : peft.saved().attach(backend, computing.dtype(), 0)) {
            return of(plan, adapter, backend, computing, tokens);
        }
    }

    private static RunEstimate of(
            ModelPlan plan, @Nullable Adapter adapter, ShapeBackend backend, BackendOptions computing, int tokens) {
        ModelDefinition definition = plan.definition();
        ShapeWeights weights = new ShapeWeights(definition);
        LinearFactory linears = AdapterSet.over(
                plan.weightFormat().factory(backend, computing.dtype(), weights),
                adapter == null ? List.of() : List.of(adapter));
        MemoryMeter meter = backend.meter();
        try (CausalLanguageModel model = definition.build(backend, computing.dtype(), weights, linears);
                SequenceCache cache = model.sequenceCache()) {
            long adapterBytes = adapter == null
                    ? 0
                    : adapter.parameters().stream()
                            .mapToLong(parameter -> parameter.value().byteSize())
                            .sum();
            long weightBytes = meter.current() - adapterBytes;
            int sequence = cache.open(adapter == null ? AdapterRows.BASE : 1, tokens);
            long settled = meter.current();
            meter.resetPeak();
            double before = meter.operations();
            int rows = Math.min(tokens, GeneratorOptions.DEFAULT.rowsPerStep());
            try (TensorScope scope = TensorScope.open()) {
                SequenceCache.Extended extended =
                        cache.extend(List.of(new SequenceCache.Extension(sequence, new long[rows], 1)));
                Tensor hidden = extended.hidden();
                if (hidden != null) {
                    model.outputHead().forward(hidden, extended.pass());
                }
            }
            List<Part> parts = new ArrayList<>();
            parts.add(new Part("base weights", weightBytes, definition.describe()));
            parts.add(new Part("adapter", adapterBytes, adapter == null ? "none" : "not merged"));
            parts.add(new Part("keys and values", cache.byteSize(), "of " + tokens + " tokens"));
            parts.add(new Part(
                    "workspaces", meter.peak() - settled, "to read " + rows + " tokens of the prompt at once"));
            if (computing.device().isCpu()) {
                parts.add(new Part("process", PROCESS_BYTES, "Java and libtorch"));
            }
            return new RunEstimate(
                    tokens + " tokens of prompt and answer, " + computing.dtype() + ", on " + computing.device(),
                    parts,
                    2 * definition.parameterCount(),
                    0,
                    meter.operations() - before,
                    List.of(),
                    "take a smaller model, or fewer tokens",
                    null);
        }
    }
}
