// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose weights are all trained, against transformers: every gradient, 20 steps, and the weights after them. */
class FullGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    private static Backend backend;

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

    private static JsonNode expected(String name) {
        return GoldenFixture.json(GOLDEN.resolve(name).resolve("expected.json"));
    }

    private static GoldenFixture base(JsonNode expected) {
        return GoldenFixture.read(GOLDEN.resolve(expected.get("model").asText()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_llama2_style", "full_llama3_2_style"})
    void everyGradientEqualsTransformers(String name) {
        JsonNode expected = expected(name);
        GoldenFixture base = base(expected);
        try (GoldenModel model = GoldenModel.whole(backend, DType.FLOAT32, base.folder())) {
            double loss = model.loss(base.evaluationBatch(), true);

            assertThat(loss / expected.get("loss").asDouble()).isCloseTo(1, within(2e-6));
            assertThat(model.parameters().stream().map(Parameter::name))
                    .as("tied embeddings are one parameter")
                    .containsExactlyInAnyOrderElementsOf(
                            () -> expected.get("grads").fieldNames());
            for (Parameter parameter : model.parameters()) {
                JsonNode golden = expected.get("grads").get(parameter.name());
                double[] actual = gradient(parameter);
                double norm = golden.get("norm").asDouble();
                assertThat(norm(actual) / norm)
                        .as("norm of %s", parameter.name())
                        .isCloseTo(1, within(1e-5));
                for (int i = 0; i < golden.get("flat_index").size(); i++) {
                    int index = golden.get("flat_index").get(i).asInt();
                    assertThat(actual[index])
                            .as("%s[%s]", parameter.name(), index)
                            .isCloseTo(golden.get("value").get(i).asDouble(), within(1e-5 * norm));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_llama2_style", "full_llama3_2_style"})
    void twentyStepsEqualTransformers(String name) {
        JsonNode expected = expected(name);
        JsonNode curve = expected.get("curve");
        GoldenFixture base = base(expected);
        double tolerance =
                Math.max(2e-5, 10 * curve.path("max_rel_loss_diff_fp32_vs_fp64").asDouble());
        try (GoldenModel model = GoldenModel.whole(backend, DType.FLOAT32, base.folder());
                Optimizer optimizer = optimizer(base, model)) {
            for (int step = 0; step < curve.get("loss").size(); step++) {
                int batch = base.expected().get("batch_order").get(step).asInt();
                double loss = model.loss(base.batch(batch), true);
                double squares = model.parameters().stream()
                        .mapToDouble(parameter -> Math.pow(norm(gradient(parameter)), 2))
                        .sum();
                optimizer.step(1);
                model.clearGradients();

                assertThat(loss / curve.get("loss").get(step).asDouble())
                        .as("loss of step %s", step)
                        .isCloseTo(1, within(tolerance));
                assertThat(Math.sqrt(squares)
                                / curve.get("global_grad_norm").get(step).asDouble())
                        .as("gradient norm of step %s", step)
                        .isCloseTo(1, within(1e-3));
            }
            assertWeightsAre(model, GOLDEN.resolve(name));
        }
    }

    private static void assertWeightsAre(GoldenModel model, Path folder) {
        try (Checkpoint golden = Checkpoint.open(List.of(folder.resolve("model_after_20_steps.safetensors")));
                TensorScope scope = TensorScope.open()) {
            CheckpointWeights source = new CheckpointWeights(golden);
            for (Parameter parameter : model.parameters()) {
                Tensor reference = source.load(backend, parameter.name(), DType.FLOAT64);
                double distance = norm(
                        parameter.value().cast(DType.FLOAT64).minus(reference).toDoubles());
                assertThat(distance)
                        .as("%s after the last step", parameter.name())
                        .isLessThanOrEqualTo(2e-3 * norm(reference.toDoubles()));
            }
        }
    }

    private static Optimizer optimizer(GoldenFixture fixture, GoldenModel model) {
        JsonNode options = fixture.expected().get("optimizer");
        return Readers.optimizer("{_component_: AdamW, lr: %s, betas: %s, eps: %s, weight_decay: %s}"
                        .formatted(
                                options.get("lr"),
                                options.get("betas"),
                                options.get("eps"),
                                options.get("weight_decay")))
                .create(backend, model.parameters());
    }

    private static double[] gradient(Parameter parameter) {
        try (TensorScope scope = TensorScope.open()) {
            return Objects.requireNonNull(parameter.gradient(), parameter.name())
                    .toDoubles();
        }
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }
}
