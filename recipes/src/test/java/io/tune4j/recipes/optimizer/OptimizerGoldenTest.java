// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Optimizers against PyTorch's and torchao's over a hundred steps; {@code scripts/golden/optimizers.py} made the values. */
class OptimizerGoldenTest {
    private static final JsonNode GOLDEN = read();

    private static Backend backend;

    private static JsonNode read() {
        try {
            return new ObjectMapper()
                    .readTree(
                            Path.of("src/test/resources/golden/optimizers.json").toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    static void openBackend() {
        backend = TestedBackend.open();
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    static Stream<Arguments> cases() {
        return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
                .map(each -> Arguments.of(each.get("optimizer").asText(), each));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void theValuesAreThoseOfTheReference(String yaml, JsonNode golden) {
        List<Parameter> parameters = parameters(golden.get("shapes"));
        try (Optimizer optimizer = Readers.optimizer(yaml).create(backend, parameters)) {
            for (int step = 1; step <= golden.get("steps").asInt(); step++) {
                setGradients(parameters, step);
                JsonNode rates = GOLDEN.get("rates");
                optimizer.step(rates.get(step % rates.size()).asDouble());
            }
        }
        // A sum in another order can put a quotient on the other side of a midpoint: one code of a state's 256 further.
        double tolerance = yaml.contains("8bit") ? 1e-4 : 1e-6;
        for (int i = 0; i < parameters.size(); i++) {
            try (TensorScope scope = TensorScope.open()) {
                double[] actual = parameters.get(i).value().toDoubles();
                JsonNode expected = golden.get("values").get(i);
                int every = golden.get("every").asInt();
                for (int j = 0; j < expected.size(); j++) {
                    double reference = expected.get(j).asDouble();
                    assertThat(actual[j * every])
                            .as("%s, parameter %s, element %s", yaml, i, j * every)
                            .isCloseTo(reference, within(tolerance * Math.max(1, Math.abs(reference))));
                }
            }
        }
        parameters.forEach(Parameter::close);
    }

    private static List<Parameter> parameters(JsonNode shapes) {
        List<Parameter> parameters = new ArrayList<>();
        int first = 0;
        for (JsonNode each : shapes) {
            long[] shape = StreamSupport.stream(each.spliterator(), false)
                    .mapToLong(JsonNode::asLong)
                    .toArray();
            long count = 1;
            for (long length : shape) {
                count *= length;
            }
            double[] values = new double[(int) count];
            for (int i = 0; i < count; i++) {
                values[i] = (float) Math.sin(0.37 * (first + i) + 0.2);
            }
            parameters.add(new Parameter("p" + first, Tensor.ofDoubles(backend, DType.FLOAT32, values, shape)));
            first += (int) count;
        }
        return parameters;
    }

    private static void setGradients(List<Parameter> parameters, int step) {
        int first = 0;
        for (Parameter parameter : parameters) {
            double[] values = new double[(int) parameter.value().elementCount()];
            for (int j = 0; j < values.length; j++) {
                int i = first + j;
                double sine = Math.pow(10, -(i % 3)) * Math.sin(0.7 * i + 1.3 * step);
                values[j] = (i + step) % 11 == 0 ? 0 : (float) sine;
            }
            parameter.clearGradient();
            try (TensorScope scope = TensorScope.open()) {
                parameter.accumulate(Tensor.ofDoubles(
                        backend, DType.FLOAT32, values, parameter.value().shape()));
            }
            first += values.length;
        }
    }

    @Test
    void theMapsOfEightBitsAreTorchaos() {
        for (boolean signed : new boolean[] {true, false}) {
            float[] values = DynamicMap.values(signed);
            JsonNode expected = GOLDEN.get("maps").get(signed ? "signed" : "unsigned");
            for (int i = 0; i < values.length; i++) {
                double reference = expected.get(i).asDouble();
                assertThat((double) values[i])
                        .as("%s value %s", signed, i)
                        .isCloseTo(reference, within(3e-7 * Math.abs(reference)));
            }
        }
    }
}
