// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.Optimizer;
import io.tune4j.engine.shapes.MemoryMeter;
import io.tune4j.engine.shapes.ShapeBackend;
import io.tune4j.engine.shapes.ShapeWeights;
import io.tune4j.recipes.optimizer.BackwardUpdates;
import io.tune4j.recipes.optimizer.SeparateOptimizers;
import io.tune4j.recipes.training.LossStep;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The run's own model, adapter and optimizer on a {@link ShapeBackend}, where steps cost nothing and their memory is counted. */
final class ShapeRun implements AutoCloseable {
    private final RunParts parts;
    private final ShapeBackend host;
    private final ShapeBackend backend;
    private final Adapter adapter;
    private final CausalLanguageModel model;
    private final @Nullable CausalLanguageModel teacher;
    private final Optimizer optimizer;
    private final long adapterBytes;
    private final long weights;
    private final long optimizerBytes;
    /** Bytes that exist before the first step. */
    private final long settled;

    ShapeRun(RunParts parts) {
        this.parts = parts;
        HostProcessor processor = HostProcessor.detect();
        int threads = parts.computing().threads() == 0
                ? processor.physicalCores()
                : parts.computing().threads();
        host = new ShapeBackend(!processor.hasBf16(), threads);
        backend = parts.device().isCpu() ? host : new ShapeBackend(parts.device(), host);
        ModelDefinition definition = parts.model().definition();
        PeftPlan plan = parts.model().peft();
        MemoryMeter meter = backend.meter();
        adapter = plan.attach(backend, parts.dtype(), 0);
        ShapeWeights source = new ShapeWeights(definition);
        FrozenLinearFactory frozen = parts.model().plan().weightFormat().factory(backend, parts.dtype(), source);
        model = definition.build(backend, parts.dtype(), source, adapter.decorate(frozen, source));
        ModelPlan taught = parts.teacher();
        teacher = taught == null ? null : teacher(taught);
        adapterBytes = adapter.parameters().stream()
                .mapToLong(parameter -> parameter.value().byteSize())
                .sum();
        weights = meter.current() - adapterBytes;
        optimizer = parts.updates().create(backend, adapter);
        settled = meter.current();
        optimizerBytes = settled - adapterBytes - weights;
    }

    private CausalLanguageModel teacher(ModelPlan plan) {
        ShapeWeights source = new ShapeWeights(plan.definition());
        return plan.definition()
                .build(backend, parts.dtype(), source, plan.weightFormat().factory(backend, parts.dtype(), source));
    }

    /**
     * An optimizer step of one micro-batch.
     *
     * @param saved bytes that are held when the loss is computed
     * @param activations the most bytes that the tape saved at a time
     * @param offloaded bytes that waited in the store
     * @param gradients bytes of the adapter's gradients
     * @param peak the most bytes beside weights, adapter and optimizer, also those that came with a step before and stay
     * @param operations floating-point operations of the micro-batch
     */
    record Counted(long saved, long activations, long offloaded, long gradients, long peak, double operations) {}

    /**
     * Takes the step.
     *
     * @param checkpointed layers that are computed again
     * @param mode what these keep
     */
    Counted count(RaggedBatch batch, int checkpointed, Checkpointing mode, boolean offloading) {
        MemoryMeter meter = backend.meter();
        meter.resetPeak();
        long before = meter.current();
        long[] saved = new long[1];
        Loss loss = (kernels, hidden, head, labels, pass) -> {
            saved[0] = meter.current() - before;
            return parts.loss().sum(kernels, hidden, head, labels, pass);
        };
        double first = meter.operations();
        BackwardUpdates inBackward = optimizer instanceof SeparateOptimizers separate
                ? new BackwardUpdates(backend, separate, adapter::isShared)
                : null;
        Runnable watch = inBackward == null ? () -> {} : inBackward::ready;
        try (ActivationStore store = offloading ? backend.activationStore(Path.of("")) : null;
                TensorScope scope = TensorScope.open()) {
            if (inBackward != null) {
                inBackward.begin(1, 1);
            }
            long activations = new LossStep(backend, model, loss, checkpointed, mode, store, watch).savedBytes(batch);
            double operations = meter.operations() - first;
            long gradients = inBackward == null ? meter.current() - before : inBackward.mostGradientBytes();
            if (inBackward == null) {
                update();
            } else {
                inBackward.finish();
            }
            return new Counted(saved[0], activations, mostBytes(store), gradients, meter.peak() - settled, operations);
        }
    }

    private static long mostBytes(@Nullable ActivationStore store) {
        return store == null ? 0 : store.mostBytes();
    }

    private void update() {
        try (TensorScope scope = TensorScope.open()) {
            for (Parameter parameter : adapter.parameters()) {
                Tensor gradient = Objects.requireNonNull(parameter.gradient(), parameter.name());
                gradient.times(gradient).sum();
            }
        }
        optimizer.step(1);
        adapter.parameters().forEach(Parameter::clearGradient);
    }

    int layers() {
        return model.layerCount();
    }

    /** Bytes of the base model, and of its teacher. */
    long weightBytes() {
        return weights;
    }

    long adapterBytes() {
        return adapterBytes;
    }

    long optimizerBytes() {
        return optimizerBytes;
    }

    List<Parameter> parameters() {
        return adapter.parameters();
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
        if (teacher != null) {
            teacher.close();
        }
        adapter.close();
        backend.close();
        host.close();
    }
}
