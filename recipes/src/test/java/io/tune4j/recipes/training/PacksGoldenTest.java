// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.testing.Samples;
import io.tune4j.recipes.tokens.TokenStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Packs against torchtune's: the same tokens, labels and lengths, without what it pads with. */
public class PacksGoldenTest {
    private static final int MASKED = -100;

    /** The file of reference values. */
    public static JsonNode golden(String name) throws IOException {
        return new ObjectMapper()
                .readTree(Path.of("src/test/resources/golden/packing", name).toFile());
    }

    /** Its samples; labels are shifted there. */
    public static List<TokenizedSample> samples(JsonNode golden) {
        ObjectMapper json = new ObjectMapper();
        List<TokenizedSample> samples = new ArrayList<>();
        for (JsonNode sample : golden.get("samples")) {
            int[] tokens = json.convertValue(sample.get("tokens"), int[].class);
            int[] labels = json.convertValue(sample.get("labels"), int[].class);
            boolean[] trained = new boolean[tokens.length];
            for (int i = 1; i < tokens.length; i++) {
                trained[i] = labels[i - 1] != MASKED;
            }
            samples.add(new TokenizedSample("sample " + samples.size(), tokens, trained));
        }
        return samples;
    }

    /** Our packs for a case of the file. */
    public static List<List<SamplePart>> packs(JsonNode golden, JsonNode reference) {
        JsonNode most = reference.get("max_packs");
        Packing packing =
                new Packing(reference.get("split_across_pack").asBoolean(), most.isNull() ? null : most.asInt());
        return packs(samples(golden), packing, golden.get("max_seq_len").asInt());
    }

    private static List<List<SamplePart>> packs(List<TokenizedSample> samples, Packing packing, int length) {
        try (TokenStore store = Samples.store(new ArrayList<>(samples))) {
            Packs packs = Packs.of("dataset", store, packing, length);
            return IntStream.range(0, packs.size()).mapToObj(packs::parts).toList();
        }
    }

    @Test
    void packsEqualTorchtunes() throws IOException {
        JsonNode golden = golden("expected.json");
        for (JsonNode reference : golden.get("cases")) {
            List<List<SamplePart>> packs = packs(golden, reference);
            assertThat(packs).hasSameSizeAs(reference.get("packs"));
            for (int i = 0; i < packs.size(); i++) {
                assertPack(
                        RaggedBatch.ofParts(packs.get(i)),
                        reference.get("packs").get(i));
            }
        }
    }

    private static void assertPack(RaggedBatch batch, JsonNode expected) {
        ObjectMapper json = new ObjectMapper();
        int rows = batch.tokenCount();
        long[] tokens = json.convertValue(expected.get("tokens"), long[].class);
        assertThat(batch.tokens()).isEqualTo(Arrays.copyOf(tokens, rows));
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, MASKED);
        for (int i = 0; i < batch.trainedTokens(); i++) {
            labels[(int) batch.labelledRows()[i]] = batch.labels()[i];
        }
        assertThat(labels).isEqualTo(json.convertValue(expected.get("labels"), long[].class));
        int[] lengths = json.convertValue(expected.get("seq_lens"), int[].class);
        int[] ours =
                batch.layout().sequences().stream().mapToInt(Sequence::length).toArray();
        // There the rest of a pack is one more sequence.
        assertThat(ours).isEqualTo(Arrays.copyOf(lengths, rows == tokens.length ? lengths.length : lengths.length - 1));
    }

    @Test
    void aSampleLongerThanAPackIsDividedOrRefused() {
        TokenizedSample longSample = new TokenizedSample("x#0", new int[10], new boolean[10]);
        assertThat(packs(List.of(longSample), new Packing(true, null), 4))
                .extracting(pack -> pack.get(0).length())
                .containsExactly(4, 4, 2);
        assertThatThrownBy(() -> packs(List.of(longSample), noSplit(null), 4))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("x#0 has 10 tokens")
                .hasMessageContaining("dataset.split_across_pack=True");
    }

    private static Packing noSplit(@Nullable Integer most) {
        return new Packing(false, most);
    }
}
