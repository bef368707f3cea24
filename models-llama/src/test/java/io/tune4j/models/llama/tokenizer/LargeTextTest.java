package io.tune4j.models.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real vocabulary in both of its formats on a long text in many languages, against the ids that {@code
 * scripts/golden/tokenizer.py} wrote with tokenizers and tiktoken: {@code -Dtune4j.golden.tokenizer=DIR}.
 */
class LargeTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void everyIdIsThePeers(String file) throws IOException {
        String directory = System.getProperty("tune4j.golden.tokenizer", "");
        assumeTrue(!directory.isBlank(), "no real tokenizer: -Dtune4j.golden.tokenizer=DIR names its folder");
        Path folder = Path.of(directory);
        int[] expected = new ObjectMapper().readValue(folder.resolve("ids.json").toFile(), int[].class);
        String text = Files.readString(folder.resolve("text.txt"));
        try (HfTokenizer tokenizer =
                HfTokenizer.open(folder.resolve(file), HfTokenizerTest.options(ChatFormatName.LLAMA3, null))) {
            int[] ids = tokenizer.encode(text);
            assertThat(ids).isEqualTo(expected);
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
            assertThat(tokenizer.vocabularySize()).isEqualTo(128_256);
        }
    }
}
