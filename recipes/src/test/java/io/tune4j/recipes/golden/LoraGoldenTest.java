// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole models against reference values made by transformers and peft: logits, losses, every gradient and a 20-step
 * training curve. Further fixtures of the same format: {@code -Dtune4j.golden.dir=DIR}.
 */
class LoraGoldenTest {
    /** fp32 itself is this many times the stated fp32-to-fp64 difference away from another order of summation. */
    private static final double FP32_SLACK = 10;

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

    static List<GoldenFixture> fixtures() {
        return GoldenFixture.all();
    }

    static Stream<Arguments> adapterCases() {
        return fixtures().stream()
                .flatMap(fixture -> fixture.cases().stream().map(name -> Arguments.of(fixture, name)));
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void theBareModelEqualsTransformers(GoldenFixture fixture) {
        double tolerance = FP32_SLACK
                * fixture.expected().get("max_abs_logit_diff_fp32_vs_fp64").asDouble();
        try (GoldenModel model = GoldenModel.base(backend, DType.FLOAT32, fixture.folder())) {
            double loss = model.loss(fixture.evaluationBatch(), false);
            double[] logits = model.logits(fixture.evaluationBatch(), fixture.logitRows());

            assertThat(loss).isCloseTo(fixture.expected().get("loss").asDouble(), within(tolerance));
            assertClose(logits, GoldenFixture.doubles(fixture.expected().get("logits")), tolerance);
        }
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void logitsAndLossEqualPeft(GoldenFixture fixture, String caseName) {
        JsonNode expected = fixture.adapterCase(caseName);
        double tolerance =
                FP32_SLACK * expected.get("max_abs_logit_diff_fp32_vs_fp64").asDouble();
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName)) {
            assertThat(model.loss(fixture.evaluationBatch(), false))
                    .isCloseTo(expected.get("loss").asDouble(), within(tolerance));
            assertClose(
                    model.logits(fixture.evaluationBatch(), fixture.logitRows()),
                    GoldenFixture.doubles(expected.get("logits")),
                    tolerance);
        }
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void everyGradientEqualsPeft(GoldenFixture fixture, String caseName) {
        JsonNode expected = fixture.adapterCase(caseName);
        double relative =
                FP32_SLACK * expected.get("max_rel_grad_norm_diff_fp32_vs_fp64").asDouble();
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                SafetensorsFile golden =
                        SafetensorsFile.open(fixture.adapterFolder(caseName).resolve("grads.safetensors"))) {
            model.loss(fixture.evaluationBatch(), true);

            assertThat(model.parameters()).hasSize(golden.entries().size());
            double squares = 0;
            for (Parameter parameter : model.parameters()) {
                TensorEntry entry = entryOf(golden, parameter);
                double[] reference = read(golden, entry);
                double[] actual = gradient(parameter);
                double norm = norm(reference);
                squares += sumOfSquares(actual);
                assertThat(parameter.value().shape()).as(parameter.name()).isEqualTo(entry.shape());
                assertThat(distance(actual, reference))
                        .as("gradient of %s", parameter.name())
                        .isLessThanOrEqualTo(Math.max(relative, 1e-5) * norm);
            }
            assertThat(Math.sqrt(squares) / expected.get("global_grad_norm").asDouble())
                    .isCloseTo(1, within(Math.max(relative, 1e-6)));
        }
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void theCurveOfTwentyStepsEqualsPeft(GoldenFixture fixture, String caseName) {
        JsonNode curve = fixture.adapterCase(caseName).get("curve");
        double tolerance = Math.max(
                2e-5, FP32_SLACK * curve.path("max_rel_loss_diff_fp32_vs_fp64").asDouble());
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                Optimizer optimizer = optimizer(fixture, model)) {
            for (int step = 0; step < curve.get("loss").size(); step++) {
                int batch = fixture.expected().get("batch_order").get(step).asInt();
                double loss = model.loss(fixture.batch(batch), true);
                double norm = Math.sqrt(model.parameters().stream()
                        .mapToDouble(parameter -> sumOfSquares(gradient(parameter)))
                        .sum());
                optimizer.step(1);
                model.clearGradients();

                double expectedLoss = curve.get("loss").get(step).asDouble();
                double expectedNorm = curve.get("global_grad_norm").get(step).asDouble();
                assertThat(loss / expectedLoss).as("loss of step %s", step).isCloseTo(1, within(tolerance));
                assertThat(norm / expectedNorm)
                        .as("gradient norm of step %s", step)
                        .isCloseTo(1, within(1e-3));
            }
            assertAdapterIs(model, fixture.adapterFolder(caseName).resolve("adapter_after_20_steps.safetensors"));
        }
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void theMergedModelEqualsPeft(GoldenFixture fixture, String caseName) {
        JsonNode expected = fixture.adapterCase(caseName).get("merged");
        double tolerance = FP32_SLACK
                * fixture.adapterCase(caseName)
                        .get("max_abs_logit_diff_fp32_vs_fp64")
                        .asDouble();
        try (GoldenModel adapted = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                GoldenModel merged = GoldenModel.merged(backend, DType.FLOAT32, fixture, adapted.adapter())) {
            assertThat(merged.loss(fixture.evaluationBatch(), false))
                    .isCloseTo(expected.get("loss").asDouble(), within(tolerance));
            assertClose(
                    merged.logits(fixture.evaluationBatch(), fixture.logitRows()),
                    GoldenFixture.doubles(expected.get("logits")),
                    tolerance);
        }
    }

    /**
     * The loss itself is within 1 % and so is the curve on average. A single late step may be further off: in training,
     * rounding feeds on itself, and peft's own bf16 run is 1.4 % from its fp32 run at step 16 of the rsLoRA case.
     */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void bf16LossesStayWithinOnePercent(GoldenFixture fixture, String caseName) {
        JsonNode expected = fixture.adapterCase(caseName);
        JsonNode curve = expected.get("curve").get("loss");
        try (GoldenModel model = GoldenModel.adapted(backend, DType.BFLOAT16, fixture, caseName);
                Optimizer optimizer = optimizer(fixture, model)) {
            double first = model.loss(fixture.evaluationBatch(), false);
            assertThat(first / expected.get("loss").asDouble()).isCloseTo(1, within(0.01));
            double deviations = 0;
            for (int step = 0; step < curve.size(); step++) {
                int batch = fixture.expected().get("batch_order").get(step).asInt();
                double deviation = Math.abs(
                        model.loss(fixture.batch(batch), true) / curve.get(step).asDouble() - 1);
                optimizer.step(1);
                model.clearGradients();
                deviations += deviation;
                assertThat(deviation).as("bf16 loss of step %s", step).isLessThan(step < 10 ? 0.01 : 0.03);
            }
            assertThat(deviations / curve.size()).as("mean deviation").isLessThan(0.01);
        }
    }

    private static Optimizer optimizer(GoldenFixture fixture, GoldenModel model) {
        return optimizer(fixture, backend, model);
    }

    static Optimizer optimizer(GoldenFixture fixture, Backend backend, GoldenModel model) {
        JsonNode options = fixture.expected().get("optimizer");
        return Readers.optimizer("{_component_: AdamW, lr: %s, betas: %s, eps: %s, weight_decay: %s}"
                        .formatted(
                                options.get("lr"),
                                options.get("betas"),
                                options.get("eps"),
                                options.get("weight_decay")))
                .create(backend, model.parameters());
    }

    private static void assertAdapterIs(GoldenModel model, Path file) {
        try (SafetensorsFile golden = SafetensorsFile.open(file)) {
            for (Parameter parameter : model.parameters()) {
                double[] reference = read(golden, entryOf(golden, parameter));
                assertThat(distance(parameter.value().toDoubles(), reference))
                        .as("%s after the last step", parameter.name())
                        .isLessThanOrEqualTo(2e-3 * norm(reference));
            }
        }
    }

    /** The golden file's tensor whose key holds the parameter's name; keys end in {@code .weight} or not. */
    private static TensorEntry entryOf(SafetensorsFile golden, Parameter parameter) {
        return golden.entries().values().stream()
                .filter(entry -> entry.name().contains(parameter.name()))
                .min(Comparator.comparingInt(entry -> entry.name().length()))
                .orElseThrow(() -> new AssertionError("no golden tensor for " + parameter.name()));
    }

    private static double[] read(SafetensorsFile file, TensorEntry entry) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(entry.byteLength())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(entry, 0, bytes);
        bytes.flip();
        double[] values = new double[bytes.remaining() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.getFloat();
        }
        return values;
    }

    private static double[] gradient(Parameter parameter) {
        Tensor gradient = parameter.gradient();
        if (gradient == null) {
            throw new AssertionError("no gradient for " + parameter.name());
        }
        try (TensorScope scope = TensorScope.open()) {
            return gradient.toDoubles();
        }
    }

    private static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("element %s", i).isCloseTo(expected[i], within(tolerance));
        }
    }

    private static double norm(double[] values) {
        return Math.sqrt(sumOfSquares(values));
    }

    private static double sumOfSquares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
