// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.lora.InitialValues.Beginning;
import io.tune4j.peft.lora.InitialValues.Factors;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The trained values of one target: A {@code [r, in]}, B {@code [out, r]} and, for DoRA, the magnitude m {@code [out]}. */
final class LoraWeights implements AutoCloseable {
    private final LoraTarget target;
    private final Parameter a;
    private final Parameter b;
    private final @Nullable Parameter magnitude;
    private boolean magnitudeIsSet;

    /** The values that training begins with, where they are not the usual ones. */
    private @Nullable InitialFactors start;

    /** What was taken out of the base: the same values, or others, or nothing. */
    private @Nullable InitialFactors taken;

    private boolean begun;

    /**
     * A from U(-1/sqrt(in), 1/sqrt(in)), which is what PyTorch's kaiming_uniform_(a=sqrt(5)) comes to, and B zero, so
     * that training starts at the base model. The magnitude waits for {@link #startMagnitude}.
     *
     * @param seed of the run; each projection draws its own numbers by its name
     */
    LoraWeights(LoraTarget target, ArrayKernels kernels, DType dtype, long seed) {
        this.target = target;
        try (TensorScope scope = TensorScope.open()) {
            DType drawn = dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            double bound = 1 / Math.sqrt(target.projection().inFeatures());
            Tensor uniform = Tensor.uniform(kernels, RandomKeys.derive(seed, target.aName()), drawn, target.aShape());
            a = new Parameter(
                    target.aName(),
                    uniform.timesInPlace(2 * bound).plus(-bound).cast(dtype),
                    Parameter.Role.INPUT_FACTOR);
            b = new Parameter(
                    target.bName(), Tensor.zeros(kernels, dtype, target.bShape()), Parameter.Role.OUTPUT_FACTOR);
            magnitude = target.magnitude()
                    ? new Parameter(target.magnitudeName(), Tensor.full(kernels, 1, dtype, target.magnitudeShape()))
                    : null;
        }
    }

    /** With given values of the target's shapes, taken over. */
    LoraWeights(LoraTarget target, Tensor a, Tensor b, @Nullable Tensor magnitude) {
        this.target = target;
        this.a = new Parameter(target.aName(), a);
        this.b = new Parameter(target.bName(), b);
        this.magnitude = magnitude == null ? null : new Parameter(target.magnitudeName(), magnitude);
        this.magnitudeIsSet = true;
    }

    LoraTarget target() {
        return target;
    }

    Parameter a() {
        return a;
    }

    Parameter b() {
        return b;
    }

    /** DoRA's magnitude; null for LoRA. */
    @Nullable
    Parameter magnitude() {
        return magnitude;
    }

    double scale() {
        return target.scale();
    }

    /** Allocates memory for initial values that are made of the base, before {@link #begin}. */
    void awaitStart() {
        start = InitialFactors.zeros(target, a.value().kernels(), a.value().dtype());
    }

    /** Whether {@link #begin} was called. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Takes initial values, rounded to the adapter's dtype.
     *
     * @param beginning null to keep the usual values
     */
    void begin(@Nullable Beginning beginning) {
        begun = true;
        if (beginning == null) {
            return;
        }
        start().a().copyFrom(beginning.start().a());
        start().b().copyFrom(beginning.start().b());
        a.value().copyFrom(start().a());
        b.value().copyFrom(start().b());
        a.changed();
        b.changed();
        Factors factors = beginning.taken();
        if (factors == beginning.start()) {
            taken = start;
        } else if (factors != null) {
            taken = InitialFactors.zeros(target, a.value().kernels(), a.value().dtype());
            taken.a().copyFrom(factors.a());
            taken.b().copyFrom(factors.b());
        }
    }

    /**
     * Begins A with the given values, and leaves B as it is.
     *
     * @param values {@code [r, in]} of any floating dtype
     */
    void beginWith(Tensor values) {
        a.value().copyFrom(values);
        a.changed();
    }

    /** The initial values, which are zeros where A and B began as usual; only after {@link #awaitStart}. */
    InitialFactors start() {
        return Objects.requireNonNull(start);
    }

    /** Whether there are initial values that were made of the base. */
    boolean hasStart() {
        return start != null;
    }

    /** The factors that the base lost, or null. */
    @Nullable
    InitialFactors taken() {
        return taken;
    }

    List<Parameter> parameters() {
        return magnitude == null ? List.of(a, b) : List.of(a, b, magnitude);
    }

    /** Starts the magnitude at the base weight's row norms {@code [out]}, unless it was loaded from a file before. */
    void startMagnitude(Tensor rowNorms) {
        if (magnitude != null && !magnitudeIsSet) {
            magnitude.value().copyFrom(rowNorms);
            magnitude.changed();
            magnitudeIsSet = true;
        }
    }

    /** Says that the parameters' values were loaded. */
    void loaded() {
        parameters().forEach(Parameter::changed);
        magnitudeIsSet = true;
    }

    /**
     * {@code W + s·B·A}; for DoRA with its rows brought to length m: {@code m / ‖W + s·B·A‖ · (W + s·B·A)} (Liu et al.
     * 2024, eq. 5). With initial values made of the base, {@code B·A} is what was learned since: {@code B·A - B₀·A₀}.
     *
     * @param weight W {@code [out, in]}, at least fp32, not changed
     */
    Tensor merge(Tensor weight) {
        try (TensorScope scope = TensorScope.open()) {
            DType wide = weight.dtype();
            Tensor merged =
                    weight.copy().matmulInPlace(b.value().cast(wide), a.value().cast(wide), 1, scale());
            if (start != null) {
                merged.matmulInPlace(start.b().cast(wide), start.a().cast(wide), 1, -scale());
            }
            if (magnitude != null) {
                Tensor norms = merged.times(merged).sum(1).apply(UnaryFunction.SQRT);
                Tensor lengths =
                        magnitude.value().cast(wide).reshape(target.projection().outFeatures(), 1);
                merged.timesInPlace(lengths.dividedBy(norms));
            }
            return scope.escape(merged);
        }
    }

    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        if (taken != null && taken != start) {
            taken.close();
        }
        if (start != null) {
            start.close();
        }
    }
}
