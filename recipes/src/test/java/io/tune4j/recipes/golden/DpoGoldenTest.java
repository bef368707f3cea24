// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.preference.PreferenceLosses;
import io.tune4j.recipes.preference.PreferenceObjective;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.testkit.config.Sections;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses of pairs against torch's: log-probabilities and rewards of each pair, gradients, and 15 steps, with the prompt computed once for
 * both answers and without that.
 */
class DpoGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    /** Ten times what fp32 loses of a sum of some ten log-probabilities, and of what a few steps of training make of that. */
    private static final double SUMS = 2e-6;

    private static final double TRAINED = 2e-5;

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

    private static JsonNode expected() {
        return GoldenFixture.json(GOLDEN.resolve("dpo/expected.json"));
    }

    private record Case(String name, double sharing) {}

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        expected().get("cases").fieldNames().forEachRemaining(name -> {
            cases.add(new Case(name, 0));
            cases.add(new Case(name, 1));
        });
        return cases.stream();
    }

    private static PreferenceLoss loss(JsonNode of) {
        String options =
                "_component_: DPOLoss\nbeta: " + of.get("beta") + "\nlabel_smoothing: " + of.get("label_smoothing")
                        + "\nloss_type: "
                        + (of.get("kind").asText().equals("rsopo")
                                ? "hinge"
                                : of.get("kind").asText());
        ComponentFactory<?> factory = PreferenceLosses.all().stream()
                .filter(each -> each.name().equals("DPOLoss"))
                .findFirst()
                .orElseThrow();
        ComponentContext context = new ComponentContext(ComponentRegistry.of(List.of()), null, null);
        return (PreferenceLoss) Objects.requireNonNull(factory.create(Sections.of(options), context));
    }

    private static RaggedBatch batch(JsonNode root, int number, double sharing) {
        List<SamplePart> parts = new ArrayList<>();
        for (JsonNode pair : root.get("batches").get(number)) {
            JsonNode record = root.get("pairs").get(pair.asInt());
            for (String answer : List.of("chosen", "rejected")) {
                int[] prompt = ints(record.get("prompt"));
                int[] said = ints(record.get(answer));
                int[] tokens = Arrays.copyOf(prompt, prompt.length + said.length);
                System.arraycopy(said, 0, tokens, prompt.length, said.length);
                boolean[] trained = new boolean[tokens.length];
                Arrays.fill(trained, prompt.length, tokens.length, true);
                parts.add(SamplePart.whole(new TokenizedSample(answer + pair, tokens, trained)));
            }
        }
        return RaggedBatch.ofPartsSharing(parts, sharing);
    }

    private static int[] ints(JsonNode list) {
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asInt();
        }
        return values;
    }

    private static LossStep step(GoldenModel model, PreferenceLoss loss) {
        return new LossStep(
                backend,
                model.model(),
                new PreferenceObjective(
                        backend, CrossEntropyFactory.standard(), loss, (SwitchedAdapter) model.adapter()),
                0,
                io.tune4j.api.autograd.Tape.Checkpointing.SELECTIVE,
                null,
                () -> {});
    }

    private static double mean(JsonNode pairs, String name) {
        double sum = 0;
        for (JsonNode pair : pairs) {
            sum += pair.get(name).asDouble();
        }
        return sum / pairs.size();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossesRewardsAndGradientsEqualTorchs(Case of) {
        JsonNode root = expected();
        JsonNode golden = root.get("cases").get(of.name);
        JsonNode pairs = golden.get("pairs");
        GoldenFixture fixture =
                GoldenFixture.read(GOLDEN.resolve(root.get("model").asText()));
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, "lora")) {
            LossStep step = step(model, loss(golden));
            RaggedBatch batch = batch(root, golden.get("first_batch").asInt(), of.sharing);
            double loss = step.withGradients(batch, 0) / step.weight(batch);

            double tolerance = SUMS * 10 * Math.max(1, golden.get("loss").asDouble());
            assertThat(loss).isCloseTo(golden.get("loss").asDouble(), within(tolerance));
            Map<String, Double> metrics = step.objective().takeMetrics();
            assertThat(metrics.get("rewards/chosen")).isCloseTo(mean(pairs, "reward_chosen"), within(SUMS * 10));
            assertThat(metrics.get("rewards/rejected")).isCloseTo(mean(pairs, "reward_rejected"), within(SUMS * 10));
            double chosen = mean(pairs, "policy_chosen");
            double rejected = mean(pairs, "policy_rejected");
            assertThat(metrics.get("log_probs/chosen")).isCloseTo(chosen, within(SUMS * -chosen));
            assertThat(metrics.get("log_probs/rejected")).isCloseTo(rejected, within(SUMS * -rejected));
            golden.get("grads")
                    .properties()
                    .forEach(entry ->
                            assertGradient(parameter(model, entry.getKey()), entry.getValue(), step.weight(batch)));
            model.clearGradients();
        }
    }

    private static Parameter parameter(GoldenModel model, String name) {
        return model.parameters().stream()
                .filter(each -> name.contains(each.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parameter " + name));
    }

    private static void assertGradient(Parameter parameter, JsonNode golden, double pairs) {
        Tensor gradient = Objects.requireNonNull(parameter.gradient());
        double[] values = gradient.toDoubles();
        double norm = Math.sqrt(Arrays.stream(values).map(v -> v * v).sum()) / pairs;
        double expected = golden.get("norm").asDouble();
        assertThat(norm / expected).as("norm of %s", parameter.name()).isCloseTo(1, within(TRAINED));
        for (int i = 0; i < golden.get("flat_index").size(); i++) {
            double value = values[golden.get("flat_index").get(i).asInt()] / pairs;
            assertThat(value)
                    .as("gradient of %s", parameter.name())
                    .isCloseTo(golden.get("value").get(i).asDouble(), within(TRAINED * expected));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCurveOfFifteenStepsEqualsTorchs(Case of) {
        JsonNode root = expected();
        JsonNode golden = root.get("cases").get(of.name);
        JsonNode options = root.get("optimizer");
        GoldenFixture fixture =
                GoldenFixture.read(GOLDEN.resolve(root.get("model").asText()));
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, "lora");
                Optimizer optimizer = Readers.optimizer(
                                "{_component_: AdamW, lr: %s, betas: %s, eps: %s, weight_decay: %s}"
                                        .formatted(
                                                options.get("lr"),
                                                options.get("betas"),
                                                options.get("eps"),
                                                options.get("weight_decay")))
                        .create(backend, model.parameters())) {
            LossStep step = step(model, loss(golden));
            for (int i = 0; i < golden.get("curve").size(); i++) {
                RaggedBatch batch = batch(root, root.get("batch_order").get(i).asInt(), of.sharing);
                double weight = step.weight(batch);
                double loss = step.withGradients(batch, i) / weight;
                for (Parameter parameter : model.parameters()) {
                    Objects.requireNonNull(parameter.gradient()).timesInPlace(1 / weight);
                }
                optimizer.step(1);
                model.clearGradients();
                double expected = golden.get("curve").get(i).asDouble();
                assertThat(loss)
                        .as("loss of step %s", i)
                        .isCloseTo(expected, within(10 * TRAINED * Math.max(1, Math.abs(expected))));
            }
        }
    }
}
