// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Everything that an optimizer must do.
 *
 * <pre>{@code
 * class MyOptimizerTest extends OptimizerConformance {
 *     @Override protected List<Plugin> plugins() { return List.of(new MyPlugin()); }
 *     @Override protected String section(Path folder) { return "_component_: my_optimizer\nlr: 0.01"; }
 * }
 * }</pre>
 */
public abstract class OptimizerConformance extends ComponentConformance<OptimizerProvider> {
    private static final List<long[]> SHAPES = List.of(new long[] {64, 72}, new long[] {96});

    protected OptimizerConformance() {
        super(OptimizerProvider.class);
    }

    /** The largest difference of a value that a restored optimizer may have from one that went on; 0 for bit for bit. */
    protected double restoredDifference() {
        return 0;
    }

    /** Parameters with an optimizer over them. */
    private final class Trained implements AutoCloseable {
        final List<Parameter> parameters = new ArrayList<>();
        final Optimizer optimizer;

        Trained() {
            for (int i = 0; i < SHAPES.size(); i++) {
                Tensor value = Tensor.uniform(backend(), 3 + i, DType.FLOAT32, SHAPES.get(i));
                parameters.add(new Parameter("p" + i, value.plus(0.5)));
            }
            optimizer = component().create(backend(), parameters);
        }

        /** One step with gradients that differ from step to step. */
        void step(double factor) {
            step(factor, optimizer.stepCount());
        }

        void step(double factor, long seed) {
            try (TensorScope scope = TensorScope.open()) {
                for (int i = 0; i < SHAPES.size(); i++) {
                    parameters
                            .get(i)
                            .accumulate(Tensor.uniform(backend(), 100 + 7 * seed + i, DType.FLOAT32, SHAPES.get(i))
                                    .plus(-0.3));
                }
            }
            optimizer.step(factor);
            parameters.forEach(Parameter::clearGradient);
        }

        List<double[]> values() {
            return parameters.stream()
                    .map(parameter -> parameter.value().toDoubles())
                    .toList();
        }

        Map<String, Tensor> copiedState() {
            Map<String, Tensor> copies = new LinkedHashMap<>();
            optimizer.state().forEach((name, tensor) -> copies.put(name, tensor.copy()));
            return copies;
        }

        @Override
        public void close() {
            optimizer.close();
            parameters.forEach(Parameter::close);
        }
    }

    @Test
    final void parametersWithoutAGradientStay() {
        try (Trained trained = new Trained()) {
            List<double[]> before = trained.values();
            Parameter first = trained.parameters.get(0);
            first.accumulate(Tensor.full(backend(), 0.5, DType.FLOAT32, SHAPES.get(0)));
            trained.optimizer.step(1);
            assertThat(trained.values().get(0)).isNotEqualTo(before.get(0));
            assertThat(trained.values().get(1)).isEqualTo(before.get(1));
        }
    }

    @Test
    final void gradientsAreLeftAsTheyAre() {
        try (Trained trained = new Trained()) {
            Parameter first = trained.parameters.get(0);
            first.accumulate(Tensor.full(backend(), 0.5, DType.FLOAT32, SHAPES.get(0)));
            trained.optimizer.step(1);
            Tensor gradient = first.gradient();
            assertThat(gradient).isNotNull();
            assertThat(gradient == null ? new double[0] : gradient.toDoubles()).containsOnly(0.5);
        }
    }

    @Test
    final void whatIsWrittenIsSaidToBe() {
        try (Trained trained = new Trained()) {
            long before = trained.parameters.get(0).version();
            trained.step(1);
            assertThat(trained.parameters.get(0).version())
                    .as("Parameter.changed() was called")
                    .isGreaterThan(before);
        }
    }

    @Test
    final void stepsAreCounted() {
        try (Trained trained = new Trained()) {
            assertThat(trained.optimizer.stepCount()).isZero();
            trained.step(1);
            trained.step(0.5);
            assertThat(trained.optimizer.stepCount()).isEqualTo(2);
        }
    }

    @Test
    final void aFactorOfZeroChangesNothing() {
        try (Trained trained = new Trained()) {
            List<double[]> before = trained.values();
            trained.step(0);
            assertThat(trained.values()).usingRecursiveComparison().isEqualTo(before);
        }
    }

    /** The change of a first step is in proportion to the factor. */
    @Test
    final void theFactorMultipliesTheRate() {
        double[] whole = firstChange(1);
        double[] quarter = firstChange(0.25);
        for (int i = 0; i < whole.length; i++) {
            assertThat(Math.abs(quarter[i] - whole[i] / 4))
                    .as("element %d: %s with factor 1, %s with 0.25", i, whole[i], quarter[i])
                    .isLessThanOrEqualTo(1e-6 + 1e-3 * Math.abs(whole[i]));
        }
    }

    private double[] firstChange(double factor) {
        try (Trained trained = new Trained()) {
            double[] before = trained.values().get(0);
            trained.step(factor);
            double[] after = trained.values().get(0);
            return IntStream.range(0, before.length)
                    .mapToDouble(i -> after[i] - before[i])
                    .toArray();
        }
    }

    /** The sum of squares of the values, whose gradient is twice the values, becomes less. */
    @Test
    final void itGoesDownhill() {
        try (Trained trained = new Trained()) {
            double before = squares(trained);
            for (int step = 0; step < 10; step++) {
                try (TensorScope scope = TensorScope.open()) {
                    trained.parameters.forEach(
                            parameter -> parameter.accumulate(parameter.value().times(2)));
                }
                trained.optimizer.step(1);
                trained.parameters.forEach(Parameter::clearGradient);
            }
            assertThat(squares(trained)).isLessThan(before);
        }
    }

    private static double squares(Trained trained) {
        return trained.values().stream()
                .flatMapToDouble(Arrays::stream)
                .map(value -> value * value)
                .sum();
    }

    @Test
    final void aRestoredStateGoesOnAsIfNothingHappened() {
        try (Trained first = new Trained();
                Trained second = new Trained()) {
            for (int step = 0; step < 3; step++) {
                first.step(1 - 0.1 * step);
            }
            Map<String, Tensor> saved = first.copiedState();
            for (int i = 0; i < SHAPES.size(); i++) {
                second.parameters
                        .get(i)
                        .value()
                        .copyFrom(first.parameters.get(i).value());
                second.parameters.get(i).changed();
            }
            second.optimizer.restore(first.optimizer.stepCount(), saved);
            // The state was copied, so the saved tensors are the caller's again.
            saved.values().forEach(Tensor::close);
            assertThat(second.optimizer.stepCount()).isEqualTo(3);
            for (int step = 0; step < 2; step++) {
                first.step(0.7);
                second.step(0.7);
            }
            for (int i = 0; i < SHAPES.size(); i++) {
                double[] expected = first.values().get(i);
                double[] actual = second.values().get(i);
                for (int e = 0; e < expected.length; e++) {
                    assertThat(Math.abs(actual[e] - expected[e]))
                            .as("p%d, element %d: %s after restoring, %s without", i, e, actual[e], expected[e])
                            .isLessThanOrEqualTo(restoredDifference());
                }
            }
        }
    }

    @Test
    final void anotherParametersStateIsRefusedWithEveryMismatch() {
        try (Trained trained = new Trained()) {
            trained.step(1);
            List<String> names = List.copyOf(trained.optimizer.state().keySet());
            if (names.isEmpty()) {
                return;
            }
            assertThatThrownBy(() -> trained.optimizer.restore(1, Map.of()))
                    .isInstanceOf(UserException.class)
                    .satisfies(
                            thrown -> names.forEach(name -> assertThat(thrown).hasMessageContaining(name)));
            Map<String, Tensor> more = trained.copiedState();
            more.put("no.such.state", Tensor.zeros(backend(), DType.FLOAT32, 3));
            assertThatThrownBy(() -> trained.optimizer.restore(1, more))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("no.such.state");
        }
    }

    @Test
    final void theStateIsAsSmallAsTheProviderSays() {
        try (Trained trained = new Trained()) {
            trained.step(1);
            long elements = SHAPES.stream()
                    .mapToLong(shape -> Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                    .sum();
            long bytes = trained.optimizer.state().values().stream()
                    .mapToLong(Tensor::byteSize)
                    .sum();
            assertThat((double) bytes / elements)
                    .as("bytes of state per parameter")
                    // Two fp32 numbers for each element of the vector, which is too small to be quantized.
                    .isLessThanOrEqualTo(component().stateBytesPerParameter() + 8.0 * 96 / elements);
        }
    }

    /** A group's factor multiplies its rate, or groups with factors are refused. */
    @Test
    final void groupsHaveRatesOfTheirOwn() {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            parameters.add(new Parameter("p" + i, Tensor.full(backend(), 1, DType.FLOAT32, 8)));
        }
        List<ParameterGroup> groups = List.of(
                new ParameterGroup(parameters.subList(0, 1), 1), new ParameterGroup(parameters.subList(1, 2), 4));
        try (Optimizer optimizer = component().createForGroups(backend(), groups)) {
            parameters.forEach(each -> each.accumulate(Tensor.full(backend(), 0.5, DType.FLOAT32, 8)));
            optimizer.step(1);
            double slow = 1 - parameters.get(0).value().toDoubles()[0];
            double fast = 1 - parameters.get(1).value().toDoubles()[0];
            assertThat(fast / slow).isBetween(3.99, 4.01);
        } catch (UserException e) {
            assertThat(e).hasMessageContaining("one learning rate");
        } finally {
            parameters.forEach(Parameter::close);
        }
    }

    @Test
    final void theRateIsTheConfigs() {
        assertThat(component().learningRate()).isPositive();
        assertThat(Stream.of(component().stateBytesPerParameter())).allMatch(bytes -> bytes >= 0);
    }
}
