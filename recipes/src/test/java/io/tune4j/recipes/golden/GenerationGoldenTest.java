// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.Sampling;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Greedy continuations of every fixture's model, token for token those of transformers and peft. */
class GenerationGoldenTest {
    private static final JsonNode EXPECTED = GoldenFixture.json(Path.of("src/test/resources/golden/generate.json"));
    private static final int POSITIONS = 128;
    /** The fixtures to run, separated by commas, for a backend that is slow at single tokens; all if absent. */
    private static final String WANTED = System.getProperty("tune4j.golden.generation", "");

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
        return GoldenFixture.all().stream()
                .filter(fixture -> EXPECTED.get("models").has(fixture.toString()))
                .filter(fixture ->
                        WANTED.isEmpty() || Arrays.asList(WANTED.split(",", -1)).contains(fixture.toString()))
                .toList();
    }

    private record Case(GenerationRequest request, int[] expected) {}

    private static List<Case> cases(GoldenFixture fixture) {
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : EXPECTED.get("models").get(fixture.toString())) {
            int[] expected = ints(node.get("new_tokens"));
            GenerationRequest request = GenerationRequest.greedy(ints(node.get("prompt")), expected.length, Set.of());
            cases.add(new Case(request.withAdapter(node.get("adapter").isNull() ? 0 : 1), expected));
        }
        assertThat(cases).hasSizeGreaterThanOrEqualTo(6);
        return cases;
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        Arrays.setAll(values, i -> array.get(i).asInt());
        return values;
    }

    private static GoldenModel model(GoldenFixture fixture) {
        return GoldenModel.switched(backend, DType.FLOAT32, fixture, "lora", new DenseFormat());
    }

    private static Generator generator(GoldenModel model, GeneratorOptions options) {
        return new Generator(model.model(), new ByteTokenizer(), POSITIONS, options);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void eachPromptAloneWithACache(GoldenFixture fixture) {
        try (GoldenModel model = model(fixture);
                Generator generator = generator(model, GeneratorOptions.DEFAULT)) {
            for (Case each : cases(fixture)) {
                Generation generation =
                        generator.generate(List.of(each.request)).get(0);
                assertThat(generation.ids()).as("%s", each.request).isEqualTo(each.expected);
                assertThat(generation.reason()).isEqualTo(Generation.Reason.LENGTH);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void allPromptsAtOnceWithoutACache(GoldenFixture fixture) {
        try (GoldenModel model = model(fixture);
                Generator generator = generator(model, GeneratorOptions.DEFAULT.withCache(false))) {
            assertAllAtOnce(generator, fixture);
        }
    }

    /** Base and adapter, and prompts of which each begins like the next, in one batch that they join and leave at different steps. */
    @ParameterizedTest
    @MethodSource("fixtures")
    void allPromptsInRaggedBatches(GoldenFixture fixture) {
        for (int together : List.of(16, 4)) {
            for (int rows : List.of(1024, 7)) {
                try (GoldenModel model = model(fixture);
                        Generator generator = generator(model, new GeneratorOptions(together, rows, 100, true))) {
                    assertAllAtOnce(generator, fixture);
                    assertAllAtOnce(generator, fixture);
                }
            }
        }
    }

    private static void assertAllAtOnce(Generator generator, GoldenFixture fixture) {
        List<Case> cases = cases(fixture);
        List<Generation> generations =
                generator.generate(cases.stream().map(Case::request).toList());
        for (int i = 0; i < cases.size(); i++) {
            assertThat(generations.get(i).ids()).as("case %s", i).isEqualTo(cases.get(i).expected);
        }
    }

    /** There are no golden values for this: what is computed again for each token is the reference. */
    @Test
    void aBaseInFourBitsWithAnAdapterOverIt() {
        GoldenFixture fixture = fixtures().stream()
                .filter(each -> each.toString().equals("llama2_style"))
                .findFirst()
                .orElseThrow();
        List<GenerationRequest> requests =
                cases(fixture).stream().map(Case::request).toList();
        WeightFormat format = QloraGoldenTest.format("{_component_: nf4, scaler_block_size: 16}");
        try (GoldenModel model = GoldenModel.switched(backend, DType.FLOAT32, fixture, "lora", format);
                Generator cached = generator(model, GeneratorOptions.DEFAULT);
                Generator again = generator(model, GeneratorOptions.DEFAULT.withCache(false))) {
            List<int[]> together =
                    cached.generate(requests).stream().map(Generation::ids).toList();
            for (int i = 0; i < requests.size(); i++) {
                assertThat(again.generate(List.of(requests.get(i))).get(0).ids())
                        .as("case %s", i)
                        .isEqualTo(together.get(i));
            }
        }
    }

    /** The log-probabilities of an answer, with a cache and without. */
    @ParameterizedTest
    @MethodSource("fixtures")
    void logProbabilitiesDoNotDependOnTheCache(GoldenFixture fixture) {
        try (GoldenModel model = model(fixture);
                Generator cached = generator(model, GeneratorOptions.DEFAULT);
                Generator again = generator(model, GeneratorOptions.DEFAULT.withCache(false))) {
            List<GenerationRequest> requests = cases(fixture).stream()
                    .map(each -> new GenerationRequest(
                            each.request.prompt(), each.request.adapter(), 8, Sampling.GREEDY, Set.of(), List.of(), 3))
                    .toList();
            List<Generation> generations = cached.generate(requests);
            List<Generation> others = again.generate(requests);
            for (int i = 0; i < requests.size(); i++) {
                for (int k = 0; k < 8; k++) {
                    var token = generations.get(i).tokens().get(k);
                    var other = others.get(i).tokens().get(k);
                    assertThat(token.logProbability()).isCloseTo(other.logProbability(), within(1e-4));
                    assertThat(token.likeliest()).hasSize(3);
                    assertThat(token.likeliest().get(0).id()).isEqualTo(token.id());
                }
            }
        }
    }
}
