// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of rope scaling in the layouts of transformers 4 ({@code rope_scaling}) and 5 ({@code rope_parameters}). */
class RopeKeysTest {
    private static final int HEAD = 16;
    private static final String FACTORS =
            "\"short_factor\": [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]," + " \"long_factor\": [1, 2, 3, 4, 5, 6, 7, 8]";

    private final List<String> problems = new ArrayList<>();

    private JsonKeys keys(String config) throws JsonProcessingException {
        return new JsonKeys(new ObjectMapper().readTree(config), "", problems::add);
    }

    private Rotary read(String config) throws JsonProcessingException {
        return RopeKeys.of(keys(config)).rotary(HEAD, 4096, 10_000);
    }

    private Rotary valid(String config) throws JsonProcessingException {
        Rotary rotary = read(config);
        assertThat(problems).isEmpty();
        return rotary;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "default; ; None",
                "linear; \"factor\": 8.0; Linear",
                "dynamic; \"factor\": 2.0; Dynamic",
                "llama3; \"factor\": 32.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
                        + " \"original_max_position_embeddings\": 512; Llama3",
                "yarn; \"factor\": 4.0, \"original_max_position_embeddings\": 1024, \"beta_fast\": 16; Yarn",
                "longrope; \"original_max_position_embeddings\": 1024, " + FACTORS + "; LongRope"
            })
    void bothLayoutsAreTheSameEmbedding(String kind, String keys, String type) throws JsonProcessingException {
        String more = keys == null || keys.isBlank() ? "" : ", " + keys;
        Rotary old =
                valid("{\"rope_theta\": 500000.0, \"rope_scaling\": {\"rope_type\": \"" + kind + "\"" + more + "}}");
        assertThat(old.theta()).isEqualTo(500_000);
        assertThat(old.scaling().getClass().getSimpleName()).isEqualTo(type);
        assertThat(valid("{\"rope_theta\": 500000.0, \"rope_scaling\": {\"type\": \"" + kind + "\"" + more + "}}"))
                .as("the key of the first configs")
                .isEqualTo(old);
        assertThat(valid("{\"rope_parameters\": {\"rope_theta\": 500000.0, \"rope_type\": \"" + kind + "\"" + more
                        + "}}"))
                .isEqualTo(old);
    }

    /** Phi-3's first configs with 128k tokens, before the kind had its name. */
    @ParameterizedTest
    @CsvSource({"su", "yarn"})
    void longRopeHadOtherNames(String kind) throws JsonProcessingException {
        String root = "\"original_max_position_embeddings\": 1024";
        Rotary named = valid("{" + root + ", \"rope_scaling\": {\"type\": \"longrope\", " + FACTORS + "}}");
        assertThat(valid("{" + root + ", \"rope_scaling\": {\"type\": \"" + kind + "\", " + FACTORS + "}}"))
                .isEqualTo(named);
    }

    @Test
    void aPartOfAHeadTurnsInBothLayouts() throws JsonProcessingException {
        Rotary old = valid("{\"rope_theta\": 1e4, \"partial_rotary_factor\": 0.75}");
        assertThat(old.dimensions()).isEqualTo(12);
        assertThat(valid("{\"rope_parameters\": {\"rope_theta\": 1e4, \"rope_type\": \"default\","
                        + " \"partial_rotary_factor\": 0.75}}"))
                .isEqualTo(old);
    }

    @Test
    void twoEmbeddingsAreTheSameInBothLayouts() throws JsonProcessingException {
        String scaling = "\"rope_type\": \"linear\", \"factor\": 8.0";
        JsonKeys old =
                keys("{\"rope_theta\": 1e6, \"rope_local_base_freq\": 1e4, \"rope_scaling\": {" + scaling + "}}");
        JsonKeys parts = keys("{\"rope_parameters\": {\"full_attention\": {\"rope_theta\": 1e6, " + scaling
                + "}, \"sliding_attention\": {\"rope_theta\": 1e4, \"rope_type\": \"default\"}}}");
        Rotary full = RopeKeys.of(old, "full_attention").rotary(HEAD, 4096, 1);
        Rotary sliding = RopeKeys.of(old, "sliding_attention").rotary(HEAD, 4096, "rope_local_base_freq", 1);
        assertThat(full.scaling()).isEqualTo(new RopeScaling.Linear(8));
        assertThat(sliding).isEqualTo(new Rotary(10_000, HEAD, new RopeScaling.None()));
        assertThat(RopeKeys.of(parts, "full_attention").rotary(HEAD, 4096, 1)).isEqualTo(full);
        assertThat(RopeKeys.of(parts, "sliding_attention").rotary(HEAD, 4096, "rope_local_base_freq", 1))
                .isEqualTo(sliding);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "\"rope_type\": \"ntk-by-parts\"; rope scaling 'ntk-by-parts' is not supported",
                "\"rope_type\": \"linear\"; factor",
                "\"rope_type\": \"linear\", \"factor\": -2; expected a number above 0",
                "\"rope_type\": \"dynamic\", \"factor\": \"two\"; expected a number",
                "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 4.0, \"high_freq_factor\": 1.0,"
                        + " \"original_max_position_embeddings\": 512; high_freq_factor is 1.0",
                "\"rope_type\": \"longrope\", \"short_factor\": [1, 2], \"long_factor\": [1, 2]; expected 8, half of what turns",
                "\"rope_type\": \"yarn\", \"factor\": 0; expected a number above 0"
            })
    void whatIsWrongIsNamedInBothLayouts(String section, String message) throws JsonProcessingException {
        for (String layout : List.of("rope_scaling", "rope_parameters")) {
            problems.clear();
            read("{\"" + layout + "\": {" + section + "}}");
            assertThat(String.join("\n", problems)).startsWith(layout + ".").contains(message);
        }
    }
}
