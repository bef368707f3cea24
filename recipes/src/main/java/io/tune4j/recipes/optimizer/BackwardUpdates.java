// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Updates parameters in the backward ({@code optimizer_in_bwd}): each as soon as its gradient is complete, which is then freed. A
 * gradient is complete when that of another parameter has come after it, since the backward is done with one part of the model before
 * the next. What several parts use waits for the end.
 */
public final class BackwardUpdates {
    private final Backend backend;
    private final SeparateOptimizers optimizers;
    private final Predicate<Parameter> isShared;
    private final Set<Parameter> unseen = new LinkedHashSet<>();
    private final List<Parameter> waiting = new ArrayList<>();
    private @Nullable Tensor squares;
    private double rateFactor;
    private double scale;
    private long mostBytes;
    private boolean hasBegun;

    /** @param isShared whether several parts of the model use a parameter */
    public BackwardUpdates(Backend backend, SeparateOptimizers optimizers, Predicate<Parameter> isShared) {
        this.backend = backend;
        this.optimizers = optimizers;
        this.isShared = isShared;
    }

    /**
     * Begins a step. Its sums of squares belong to the scope that is open now.
     *
     * @param rate factor of the learning rate
     * @param divisor of the gradients, which are those of a sum
     */
    public void begin(double rate, double divisor) {
        rateFactor = rate;
        scale = 1 / divisor;
        unseen.clear();
        optimizers.parameters().stream().filter(isShared.negate()).forEach(unseen::add);
        waiting.clear();
        squares = Tensor.zeros(backend, DType.FLOAT64);
        hasBegun = false;
        mostBytes = 0;
    }

    /** Updates what is complete. To be called between the operations of a backward, where no kernel holds a parameter. */
    public void ready() {
        List<Parameter> arrived = unseen.stream()
                .filter(parameter -> parameter.gradient() != null)
                .toList();
        if (arrived.isEmpty()) {
            return;
        }
        arrived.forEach(unseen::remove);
        mostBytes = Math.max(mostBytes, gradientBytes());
        update(waiting);
        waiting.clear();
        waiting.addAll(arrived);
    }

    private long gradientBytes() {
        return optimizers.parameters().stream()
                .map(Parameter::gradient)
                .filter(Objects::nonNull)
                .mapToLong(Tensor::byteSize)
                .sum();
    }

    /**
     * Ends a step: updates the rest.
     *
     * @return the square of the norm of all gradients: a scalar in fp64 on the device
     */
    public Tensor finish() {
        update(waiting);
        waiting.clear();
        update(optimizers.parameters().stream()
                .filter(parameter -> parameter.gradient() != null)
                .toList());
        Tensor sum = Objects.requireNonNull(squares);
        squares = null;
        return sum;
    }

    /** Whether the step has changed a parameter, so that the weights are no longer those of the step before. */
    public boolean hasBegun() {
        return hasBegun;
    }

    /** The most bytes of gradients at a time in this step. */
    public long mostGradientBytes() {
        return mostBytes;
    }

    private void update(List<Parameter> complete) {
        for (Parameter parameter : complete) {
            Tensor gradient = Objects.requireNonNull(parameter.gradient(), parameter.name());
            hasBegun = true;
            try (TensorScope scope = TensorScope.open()) {
                backend.scaleInPlace(List.of(gradient), scale);
                Objects.requireNonNull(squares).addInPlace(backend.sumOfSquares(List.of(gradient)), 1);
                optimizers.step(parameter, rateFactor);
            }
            parameter.clearGradient();
        }
    }
}
