// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Turns as torchtune 0.6.1 makes them for Qwen, Phi-3 and Phi-4 ({@code models/<family>/_tokenizer.py}). */
class FamilyFormatsTest {
    private static final List<Message> TALK = List.of(
            new Message(Role.SYSTEM, "S", false),
            new Message(Role.USER, "U ", false),
            new Message(Role.ASSISTANT, "A", true),
            new Message(Role.USER, "V", false),
            new Message(Role.ASSISTANT, "B", true));

    private static final String QWEN = "{\"tokenizer_class\": \"Qwen2Tokenizer\", \"eos_token\": \"<|im_end|>\","
            + " \"added_tokens_decoder\": {\"258\": {\"content\": \"<|endoftext|>\", \"special\": true},"
            + " \"259\": {\"content\": \"<|im_start|>\", \"special\": true},"
            + " \"260\": {\"content\": \"<|im_end|>\", \"special\": true}}}";

    @TempDir
    Path folder;

    private HfTokenizer open(Map<String, Integer> special, ChatFormatName format) throws IOException {
        return HfTokenizer.open(
                SmallTokenizer.write(folder, special, Map.of("bos_token", "<s>")),
                HfTokenizerTest.options(format, null));
    }

    /** The tokens as text, trained ones in braces. */
    private static String shown(HfTokenizer tokenizer, Map<String, Integer> special, TokenizedSample sample) {
        StringBuilder text = new StringBuilder();
        boolean trained = false;
        for (int i = 0; i < sample.tokens().length; i++) {
            if (sample.isTrained(i) != trained) {
                trained = sample.isTrained(i);
                text.append(trained ? '{' : '}');
            }
            int token = sample.tokens()[i];
            text.append(special.entrySet().stream()
                    .filter(entry -> entry.getValue() == token)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseGet(() -> tokenizer.decode(new int[] {token}).replace('\n', '/')));
        }
        return text.append(trained ? "}" : "").toString();
    }

    @Test
    void qwenEndsInTheEndOfTheText() throws IOException {
        Map<String, Integer> special = Map.of("<|endoftext|>", 256, "<|im_start|>", 257, "<|im_end|>", 258);
        try (HfTokenizer tokenizer = open(special, ChatFormatName.QWEN2)) {
            assertThat(shown(tokenizer, special, tokenizer.encodeMessages("x", TALK)))
                    .isEqualTo("<|im_start|>system/S<|im_end|>/<|im_start|>user/U <|im_end|>/"
                            + "{<|im_start|>assistant/A<|im_end|>/}<|im_start|>user/V<|im_end|>/"
                            + "{<|im_start|>assistant/B<|endoftext|>}");
            List<Message> tools = List.of(
                    TALK.get(1),
                    TALK.get(2),
                    new Message(Role.TOOL, "1", false),
                    new Message(Role.TOOL, "2", false),
                    TALK.get(4));
            assertThat(shown(tokenizer, special, tokenizer.encodeMessages("x", tools)))
                    .contains("<|im_start|>user/<tool_response>/1/</tool_response>/<tool_response>/2/</tool_response>"
                            + "<|im_end|>/{<|im_start|>assistant/B");
            int[] prompt = tokenizer.encodePrompt(TALK.subList(0, 2));
            assertThat(tokenizer.encodeMessages("x", TALK).tokens()).startsWith(prompt);
            assertThat(tokenizer.isEnd(256)).isTrue();
        }
    }

    @Test
    void phi3HasAHeaderForEachRole() throws IOException {
        Map<String, Integer> special =
                Map.of("<s>", 256, "<|system|>", 257, "<|user|>", 258, "<|assistant|>", 259, "<|end|>", 260);
        try (HfTokenizer tokenizer = open(special, ChatFormatName.PHI3)) {
            assertThat(shown(tokenizer, special, tokenizer.encodeMessages("x", TALK)))
                    .isEqualTo("<s><|system|>/S<|end|>/<|user|>/U <|end|>/{<|assistant|>/A<|end|>/}"
                            + "<|user|>/V<|end|>/{<|assistant|>/B<|end|>/}");
            List<Message> tool = List.of(TALK.get(1), new Message(Role.TOOL, "1", false), TALK.get(2));
            assertThatThrownBy(() -> tokenizer.encodeMessages("x", tool))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("chat_format phi3");
            assertThat(tokenizer.isEnd(260)).isTrue();
        }
    }

    @Test
    void phi4EndsEachTurn() throws IOException {
        Map<String, Integer> special = Map.of("<|im_start|>", 256, "<|im_sep|>", 257, "<|im_end|>", 258);
        try (HfTokenizer tokenizer = open(special, ChatFormatName.PHI4)) {
            assertThat(shown(tokenizer, special, tokenizer.encodeMessages("x", TALK)))
                    .isEqualTo("<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>U<|im_end|>"
                            + "{<|im_start|>assistant<|im_sep|>A<|im_end|>}<|im_start|>user<|im_sep|>V<|im_end|>"
                            + "{<|im_start|>assistant<|im_sep|>B<|im_end|>}");
        }
    }

    @Test
    void aFormatWithoutItsTokensSaysWhichIsMissing() {
        assertThatThrownBy(() -> open(Map.of("<s>", 256), ChatFormatName.PHI4))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no special token <|im_start|>");
    }

    /** The vocabulary of bytes with two merges, as the files of GPT-2 and Qwen have it. */
    private Path twoFiles(String settings) throws IOException {
        SmallTokenizer.write(folder, Map.of(), Map.of());
        String json = Files.readString(folder.resolve("tokenizer.json"));
        String vocabulary = json.substring(json.indexOf("\"vocab\":") + 8, json.indexOf(",\"merges\""));
        Files.delete(folder.resolve("tokenizer.json"));
        Path file = folder.resolve("vocab.json");
        Files.writeString(file, vocabulary.substring(0, vocabulary.length() - 1) + ", \"th\": 256, \"the\": 257}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nt h\nth e\n");
        Files.writeString(folder.resolve("tokenizer_config.json"), settings);
        return file;
    }

    @Test
    void vocabularyAndMergesAreATokenizer() throws IOException {
        Path file = twoFiles(QWEN);
        try (HfTokenizer tokenizer = HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.QWEN2, null))) {
            assertThat(tokenizer.encode("the th")).startsWith(257).endsWith(256).hasSize(3);
            assertThat(tokenizer.vocabularySize()).isEqualTo(261);
            assertThat(tokenizer.encodeMessages("x", TALK.subList(1, 3)).tokens())
                    .startsWith(259)
                    .endsWith(258);
        }
    }

    /** Without a path, the tokenizer is that of the base model's folder, whichever files it is of. */
    @Test
    void theTwoFilesAreFoundInTheCheckpointsFolder() throws IOException {
        twoFiles(QWEN);
        TokenizerProvider found = (TokenizerProvider) TokenizerComponents.all()
                .get(0)
                .create(Sections.of("{}"), new ComponentContext(ComponentRegistry.of(List.of()), null, folder));
        try (HfTokenizer tokenizer = (HfTokenizer) Objects.requireNonNull(found).open()) {
            assertThat(tokenizer.encode("the")).containsExactly(257);
        }
    }

    @Test
    void howWordsAreCutIsNotGuessed() throws IOException {
        Path file = twoFiles("{\"tokenizer_class\": \"GPT2Tokenizer\"}");
        assertThatThrownBy(() -> HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.AUTO, null)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("GPT2Tokenizer")
                .hasMessageContaining("download tokenizer.json");
        Files.delete(folder.resolve("merges.txt"));
        assertThatThrownBy(() -> HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.AUTO, null)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("merges.txt");
    }
}
