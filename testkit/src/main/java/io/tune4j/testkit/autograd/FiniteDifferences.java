// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Compares the gradients that a tape gives with central differences. The function's output is weighted with fixed random
 * numbers and summed, so that one backward checks the whole vector-Jacobian product. All in fp64, where a step of 1e-5
 * leaves an error of about 1e-10.
 */
public final class FiniteDifferences {
    /** The largest difference allowed, relative to the largest entry of the gradient. */
    public static final double RELATIVE_ERROR = 1e-6;

    private static final double STEP = 1e-5;
    /** Entries of a tensor that are perturbed; of a larger one, evenly spread ones. */
    private static final int SAMPLES = 256;

    private FiniteDifferences() {}

    /** The function to differentiate. */
    @FunctionalInterface
    public interface Forward {
        /**
         * @param inputs copies of the inputs, which it may overwrite
         * @param tape where to record
         * @return an fp64 tensor of any shape
         */
        Tensor apply(List<Tensor> inputs, Tape tape);
    }

    /**
     * Asserts that the gradients of all inputs and parameters are right.
     *
     * @param inputs fp64
     * @param parameters fp64; their gradients are cleared first and afterwards, their values restored
     */
    public static void check(Backend backend, List<Tensor> inputs, List<Parameter> parameters, Forward forward) {
        try (TensorScope scope = TensorScope.open()) {
            List<double[]> analytic = gradients(backend, inputs, parameters, forward);
            for (int i = 0; i < inputs.size(); i++) {
                Tensor input = inputs.get(i);
                compare("input " + i, input, () -> {}, analytic.get(i), () -> loss(backend, inputs, forward));
            }
            for (int i = 0; i < parameters.size(); i++) {
                Parameter parameter = parameters.get(i);
                double[] expected = analytic.get(inputs.size() + i);
                compare(
                        parameter.name(),
                        parameter.value(),
                        parameter::changed,
                        expected,
                        () -> loss(backend, inputs, forward));
            }
        }
    }

    /**
     * Asserts that the gradients of parameters are right along one random direction each: two forwards a parameter, however large it
     * is, so that long sequences can be tried. A gradient that misses a part is found, but not which of its entries is wrong.
     *
     * @param parameters fp64; their gradients are cleared first and afterwards, their values restored
     */
    public static void checkDirections(Backend backend, List<Parameter> parameters, Forward forward) {
        try (TensorScope scope = TensorScope.open()) {
            List<double[]> analytic = gradients(backend, List.of(), parameters, forward);
            for (int p = 0; p < parameters.size(); p++) {
                Parameter parameter = parameters.get(p);
                double[] values = parameter.value().toDoubles();
                double[] gradient = analytic.get(p);
                double[] direction = direction(p, values.length);
                double expected = 0;
                for (int i = 0; i < values.length; i++) {
                    expected += gradient[i] * direction[i];
                }
                double above = along(parameter, values, direction, STEP, () -> loss(backend, List.of(), forward));
                double below = along(parameter, values, direction, -STEP, () -> loss(backend, List.of(), forward));
                write(parameter.value(), values, parameter::changed);
                double numeric = (above - below) / (2 * STEP);
                double scale = Math.max(
                        Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum()), 1e-3);
                assertThat(Math.abs(numeric - expected) / Math.max(scale, Math.abs(numeric)))
                        .as(
                                "%s, along a random direction: gradient %s, finite difference %s",
                                parameter.name(), expected, numeric)
                        .isLessThan(RELATIVE_ERROR);
            }
        }
    }

    /** A random vector of length 1. */
    private static double[] direction(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] direction = random.doubles(length, -1, 1).toArray();
        double norm = Math.sqrt(Arrays.stream(direction).map(d -> d * d).sum());
        return Arrays.stream(direction).map(d -> d / norm).toArray();
    }

    private static double along(Parameter parameter, double[] values, double[] direction, double step, Loss loss) {
        double[] moved = values.clone();
        Arrays.setAll(moved, i -> values[i] + step * direction[i]);
        write(parameter.value(), moved, parameter::changed);
        return loss.now();
    }

    /**
     * The gradients that the tape gives for the weighted sum of the output: those of the inputs, then those of the
     * parameters; zeros where there is none.
     */
    public static List<double[]> gradients(
            Backend backend, List<Tensor> inputs, List<Parameter> parameters, Forward forward) {
        parameters.forEach(Parameter::clearGradient);
        List<double[]> result = new ArrayList<>();
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording()) {
            List<Tensor> copies = inputs.stream().map(Tensor::copy).toList();
            copies.forEach(tape::watch);
            Tensor output = forward.apply(copies, tape);
            assertThat(output.dtype()).isEqualTo(DType.FLOAT64);
            tape.backward(output, weights(backend, output));
            for (Tensor copy : copies) {
                Tensor gradient = tape.gradient(copy);
                result.add(
                        gradient == null ? new double[Math.toIntExact(copy.elementCount())] : values(gradient, copy));
            }
        }
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            result.add(
                    gradient == null
                            ? new double[Math.toIntExact(parameter.value().elementCount())]
                            : values(gradient, parameter.value()));
            parameter.clearGradient();
        }
        return result;
    }

    private static double[] values(Tensor gradient, Tensor of) {
        assertThat(gradient.shape()).as("shape of a gradient").isEqualTo(of.shape());
        return gradient.toDoubles();
    }

    private static double loss(Backend backend, List<Tensor> inputs, Forward forward) {
        try (TensorScope scope = TensorScope.open();
                Tape off = Tape.off()) {
            Tensor output = forward.apply(inputs.stream().map(Tensor::copy).toList(), off);
            return output.times(weights(backend, output)).sum().item();
        }
    }

    private static Tensor weights(Backend backend, Tensor output) {
        SplittableRandom random = new SplittableRandom(99);
        double[] weights = new double[Math.toIntExact(output.elementCount())];
        Arrays.setAll(weights, i -> random.nextDouble() + 0.5);
        return Tensor.ofDoubles(backend, DType.FLOAT64, weights, output.shape());
    }

    private interface Loss {
        double now();
    }

    private static void compare(String what, Tensor tensor, Runnable changed, double[] analytic, Loss loss) {
        assertThat(tensor.dtype()).as(what + ": finite differences need fp64").isEqualTo(DType.FLOAT64);
        double[] values = tensor.toDoubles();
        double scale = Arrays.stream(analytic).map(Math::abs).max().orElse(0);
        int stride = Math.max(1, values.length / SAMPLES);
        for (int i = 0; i < values.length; i += stride) {
            double value = values[i];
            double above = at(tensor, values, i, value + STEP, changed, loss);
            double below = at(tensor, values, i, value - STEP, changed, loss);
            values[i] = value;
            double numeric = (above - below) / (2 * STEP);
            double error = Math.abs(numeric - analytic[i]) / Math.max(Math.max(scale, Math.abs(numeric)), 1e-3);
            assertThat(error)
                    .as("%s, entry %d: gradient %s, finite difference %s", what, i, analytic[i], numeric)
                    .isLessThan(RELATIVE_ERROR);
        }
        write(tensor, values, changed);
    }

    private static double at(Tensor tensor, double[] values, int i, double value, Runnable changed, Loss loss) {
        values[i] = value;
        write(tensor, values, changed);
        return loss.now();
    }

    private static void write(Tensor tensor, double[] values, Runnable changed) {
        try (Tensor written = Tensor.ofDoubles(tensor.kernels(), DType.FLOAT64, values, tensor.shape())) {
            tensor.copyFrom(written);
        }
        changed.run();
    }
}
