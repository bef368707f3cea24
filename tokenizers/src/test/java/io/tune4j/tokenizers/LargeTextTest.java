// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real vocabularies on a megabyte of text in many scripts, with special tokens spelled in it, against the ids of tokenizers, tiktoken and
 * torchtune; {@code scripts/golden/tokenizer.py} wrote their hashes. Tokenizers belong to others: {@code -Dtune4j.golden.tokenizer=DIR}
 * names a folder with llama3.1/tokenizer.json and tokenizer.model (which the script makes of it), and smollm2/tokenizer.json.
 */
class LargeTextTest {
    private static String text;
    private static JsonNode expected;

    @BeforeAll
    static void read() throws IOException {
        text = MultilingualText.make();
        try (InputStream file = LargeTextTest.class.getResourceAsStream("large/expected.json")) {
            expected = new ObjectMapper().readTree(file);
        }
    }

    @Test
    void theTextIsTheOneThatTheOthersRead() {
        assertThat(Sha256.of(text)).isEqualTo(expected.get("text").asText());
        assertThat(text).contains("<|eot_id|>");
    }

    @ParameterizedTest
    @CsvSource({
        "llama3.1, tokenizer.json, LLAMA3, 128256",
        "llama3.1, tokenizer.model, LLAMA3, 128256",
        "smollm2, tokenizer.json, PLAIN, 49152"
    })
    void everyIdIsThePeers(String name, String file, ChatFormatName format, int vocabulary) {
        String directory = System.getProperty("tune4j.golden.tokenizer", "");
        assumeTrue(!directory.isBlank(), "no real tokenizers: -Dtune4j.golden.tokenizer=DIR names their folder");
        Path path = Path.of(directory, name, file);
        assumeTrue(Files.exists(path), "there is no " + path);
        JsonNode ids = expected.get("tokenizers").get(name);
        try (HfTokenizer tokenizer = HfTokenizer.open(path, HfTokenizerTest.options(format, null))) {
            int[] whole = tokenizer.encode(text);
            assertThat(whole).hasSize(ids.get("count").asInt());
            assertThat(Sha256.of(whole)).isEqualTo(ids.get("ids").asText());
            assertThat(Sha256.of(bySlices(tokenizer)))
                    .isEqualTo(ids.get("ids_of_slices").asText());
            // SmolLM2's vocabulary lacks some bytes, which are left out of what it reads.
            if (format == ChatFormatName.LLAMA3) {
                assertThat(tokenizer.decode(whole)).isEqualTo(text);
            }
            assertThat(tokenizer.vocabularySize()).isEqualTo(vocabulary);
        }
    }

    /** The ids of slices of equal length in Unicode characters, the way torchtune was called for the reference. */
    private static int[] bySlices(HfTokenizer tokenizer) {
        int[] characters = text.codePoints().toArray();
        int length = expected.get("slice").asInt();
        return IntStream.iterate(0, from -> from < characters.length, from -> from + length)
                .mapToObj(from -> new String(characters, from, Math.min(length, characters.length - from)))
                .flatMapToInt(slice -> IntStream.of(tokenizer.encode(slice)))
                .toArray();
    }
}
