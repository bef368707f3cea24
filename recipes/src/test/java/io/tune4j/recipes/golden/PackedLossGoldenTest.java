// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.recipes.training.PacksGoldenTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model on packs, against torchtune's with its mask of blocks; and on ragged batches, against each sample alone. */
class PackedLossGoldenTest {
    private static GoldenFixture fixture(String name) {
        return GoldenFixture.all().stream()
                .filter(each -> each.folder().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void lossAndLogitsOfPacksEqualTorchtunes() throws IOException {
        JsonNode golden = PacksGoldenTest.golden("expected.json");
        try (Backend backend = TestedBackend.open();
                GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture("llama2_style"), "lora")) {
            for (JsonNode reference :
                    PacksGoldenTest.golden("expected_model.json").get("packs")) {
                JsonNode made = golden.get("cases").get(reference.get("case").asInt());
                List<SamplePart> pack = PacksGoldenTest.packs(golden, made)
                        .get(reference.get("pack").asInt());
                RaggedBatch batch = RaggedBatch.ofParts(pack);
                assertThat(batch.trainedTokens())
                        .isEqualTo(reference.get("n_tokens").asInt());
                assertThat(model.loss(batch, false))
                        .as("%s", reference.get("pack"))
                        .isCloseTo(reference.get("loss").asDouble(), within(2e-5));
                assertLogits(model, batch, reference);
            }
        }
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static void assertLogits(GoldenModel model, RaggedBatch batch, JsonNode reference) {
        int[] rows = new ObjectMapper().convertValue(reference.get("logits_pos"), int[].class);
        for (int i = 0; i < rows.length; i++) {
            // Behind a pack's tokens is padding, which is not computed here.
            if (rows[i] < batch.tokenCount()) {
                double[] logits = model.logits(batch, new long[] {rows[i]});
                double[] expected =
                        GoldenFixture.doubles(reference.get("logits").get(i));
                for (int j = 0; j < expected.length; j++) {
                    assertThat(logits[j]).as("row %s, logit %s", rows[i], j).isCloseTo(expected[j], within(2e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama2_style",
                "mistral_sliding_style",
                "gemma2_style",
                "gemma3_style",
                "smollm3",
                "granite",
                "olmo2"
            })
    void lossesAndGradientsOfABatchAreThoseOfEachSampleAlone(String name) {
        Random random = new Random(11);
        try (Backend backend = TestedBackend.open();
                GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT64, fixture(name), "lora")) {
            for (int round = 0; round < 5; round++) {
                List<TokenizedSample> samples = new ArrayList<>();
                for (int i = 0; i < 2 + round; i++) {
                    samples.add(sample(random, 2 + random.nextInt(40)));
                }
                double loss = 0;
                List<double[]> gradients = new ArrayList<>();
                for (TokenizedSample sample : samples) {
                    RaggedBatch alone = RaggedBatch.of(List.of(sample));
                    loss += model.loss(alone, true) * alone.trainedTokens();
                    add(gradients, model, alone.trainedTokens());
                }
                RaggedBatch together = RaggedBatch.of(samples);
                assertThat(model.loss(together, true) * together.trainedTokens())
                        .isCloseTo(loss, within(1e-10 * loss));
                List<double[]> whole = new ArrayList<>();
                add(whole, model, together.trainedTokens());
                for (int p = 0; p < whole.size(); p++) {
                    assertClose(whole.get(p), gradients.get(p), "parameter " + p);
                }
            }
        }
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    /** Random trees of beginnings: the same loss and gradients as without sharing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama2_style",
                "mistral_sliding_style",
                "gemma2_style",
                "gemma3_style",
                "smollm3",
                "granite",
                "olmo2"
            })
    void sharedBeginningsChangeNeitherLossNorGradients(String name) {
        Random random = new Random(5);
        try (Backend backend = TestedBackend.open();
                GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT64, fixture(name), "lora")) {
            for (int round = 0; round < 8; round++) {
                List<TokenizedSample> samples = new ArrayList<>();
                samples.add(sample(random, 10 + random.nextInt(150)));
                while (samples.size() < 3 + round) {
                    samples.add(branch(random, samples.get(random.nextInt(samples.size()))));
                }
                List<SamplePart> parts = samples.stream().map(SamplePart::whole).toList();
                RaggedBatch plain = RaggedBatch.ofParts(parts);
                RaggedBatch shared = RaggedBatch.ofPartsSharing(parts, 0);
                assertThat(shared.tokenCount()).isLessThan(plain.tokenCount());
                assertThat(model.loss(shared, true)).isCloseTo(model.loss(plain, false), within(1e-10));
                List<double[]> ours = new ArrayList<>();
                add(ours, model, shared.trainedTokens());
                model.loss(plain, true);
                List<double[]> expected = new ArrayList<>();
                add(expected, model, plain.trainedTokens());
                for (int p = 0; p < ours.size(); p++) {
                    assertClose(ours.get(p), expected.get(p), "parameter " + p);
                }
            }
        }
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    /** Begins as another does, and goes on in its own way. */
    private static TokenizedSample branch(Random random, TokenizedSample other) {
        int common = 1 + random.nextInt(other.tokens().length);
        TokenizedSample own = sample(random, 2 + random.nextInt(40));
        int[] tokens = Arrays.copyOf(other.tokens(), common + own.tokens().length);
        System.arraycopy(own.tokens(), 0, tokens, common, own.tokens().length);
        boolean[] trained = new boolean[tokens.length];
        for (int i = 0; i < trained.length; i++) {
            trained[i] = i == trained.length - 1 || random.nextBoolean();
        }
        return new TokenizedSample("branch", tokens, trained);
    }

    private static void assertClose(double[] actual, double[] expected, String what) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("%s of %s", i, what).isCloseTo(expected[i], within(1e-10 * Math.max(1, largest)));
        }
    }

    /** Adds the gradients, which are means over trained tokens, as sums; and clears them. */
    private static void add(List<double[]> sums, GoldenModel model, int trained) {
        List<Parameter> parameters = model.parameters();
        for (int p = 0; p < parameters.size(); p++) {
            double[] gradient =
                    Objects.requireNonNull(parameters.get(p).gradient()).toDoubles();
            if (sums.size() == p) {
                sums.add(new double[gradient.length]);
            }
            double[] sum = sums.get(p);
            Arrays.setAll(sum, i -> sum[i] + gradient[i] * trained);
        }
        model.clearGradients();
    }

    private static TokenizedSample sample(Random random, int length) {
        int[] tokens = IntStream.range(0, length).map(i -> random.nextInt(64)).toArray();
        boolean[] trained = new boolean[length];
        for (int i = 0; i < length; i++) {
            trained[i] = i == length - 1 || random.nextBoolean();
        }
        return new TokenizedSample("random", tokens, trained);
    }
}
