// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prompt formats, templates and plain text against torchtune's tokens and masks. The tokenizer files belong to another project, so
 * they are read from {@code ../shared/golden/chat} beside the project, or from another folder: {@code -Dtune4j.golden.chat=DIR}.
 */
class ChatGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path golden;
    private JsonNode expected;

    @BeforeEach
    void read() throws IOException {
        String directory = System.getProperty("tune4j.golden.chat", "");
        golden = directory.isBlank() ? besideTheProject() : Path.of(directory);
        assumeTrue(
                Files.exists(golden.resolve("expected.json")),
                "no reference tokenizers at " + golden + ": -Dtune4j.golden.chat=DIR names their folder");
        expected = JSON.readTree(golden.resolve("expected.json").toFile());
    }

    /** Tests run in their module's folder, or in the project's. */
    private static Path besideTheProject() {
        Path module = Path.of("").toAbsolutePath();
        Path project = module.endsWith("tokenizers") ? module.getParent() : module;
        return project.resolveSibling("shared").resolve("golden/chat");
    }

    private List<Message> conversation(String name) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : expected.get(name)) {
            Role role = Role.valueOf(turn.get(0).asText().toUpperCase(Locale.ROOT));
            messages.add(new Message(role, turn.get(1).asText(), role == Role.ASSISTANT));
        }
        return messages;
    }

    /** All cases: both tokenizers, with torchtune's templates, cut off at either end. */
    @Test
    void tokensAndMasksEqualTorchtunes() throws IOException {
        Set<String> compared = new TreeSet<>();
        for (JsonNode reference : expected.get("cases")) {
            String kind = reference.get("tokenizer").asText();
            List<Message> messages = conversation(reference.get("conv").asText());
            int[] tokens = JSON.convertValue(reference.get("tokens"), int[].class);
            boolean[] masked = JSON.convertValue(reference.get("mask"), boolean[].class);
            try (HfTokenizer tokenizer = open(reference, kind)) {
                if (!reference.get("add_end_tokens").asBoolean()) {
                    // Asks for more of the last answer: the same without the end.
                    TokenizedSample whole = tokenizer.encodeMessages("golden", messages);
                    assertThat(withoutEnds(whole.tokens(), tokenizer)).isEqualTo(withoutEnds(tokens, tokenizer));
                    continue;
                }
                TokenizedSample sample = tokenizer.encodeMessages("golden", messages);
                assertThat(sample.tokens()).as(reference.toString()).isEqualTo(tokens);
                for (int i = 0; i < masked.length; i++) {
                    assertThat(sample.isTrained(i))
                            .as("token %s of %s", i, kind)
                            .isEqualTo(!masked[i]);
                }
            }
            compared.add(kind);
        }
        assertThat(compared)
                .containsExactly("llama2", "llama2+chatml", "llama2+no_template", "llama3", "llama3+chatml");
    }

    private HfTokenizer open(JsonNode reference, String kind) {
        Truncation truncation = reference.has("max_seq_len")
                ? new Truncation(
                        reference.get("max_seq_len").asInt(),
                        reference.path("truncation_type").asText().equals("left"))
                : Truncation.NONE;
        PromptTemplate template = kind.endsWith("chatml") ? template("torchtune.data.ChatMLTemplate") : null;
        ChatFormatName format = kind.startsWith("llama3")
                ? ChatFormatName.LLAMA3
                : kind.equals("llama2") ? ChatFormatName.LLAMA2 : ChatFormatName.PLAIN;
        return HfTokenizer.open(
                golden.resolve(reference.get("file").asText()),
                new HfTokenizer.Options(format, template, truncation, null, false));
    }

    private static PromptTemplate template(String name) {
        return PromptTemplates.all().stream()
                .filter(factory -> factory.aliases().contains(name))
                .map(PromptTemplates.class::cast)
                .findFirst()
                .orElseThrow()
                .template();
    }

    private static int[] withoutEnds(int[] tokens, HfTokenizer tokenizer) {
        return Arrays.stream(tokens).filter(token -> !tokenizer.isEnd(token)).toArray();
    }

    @Test
    void plainTextEqualsTheLibraries() throws IOException {
        plainText("tokenizer.json", "hf_tokenizer_json", "hf_decoded");
        plainText("tiny_bpe_tokenizer.json", "tiny_bpe_tokenizer_json", "");
        plainText("tiktoken_small.model", "tiktoken_small", "tiktoken_decoded");
        plainText("m.model", "m_model", "m_model_decoded");
    }

    private void plainText(String file, String key, String decoded) throws IOException {
        ChatFormatName format = file.startsWith("tik") ? ChatFormatName.LLAMA3 : ChatFormatName.PLAIN;
        Path copy = Files.copy(golden.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        if (file.equals("tiny_bpe_tokenizer.json")) {
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\"}");
        }
        ObjectNode root = file.equals("tokenizer.json") ? (ObjectNode) JSON.readTree(copy.toFile()) : null;
        if (root != null) {
            // The reference adds its special tokens in code.
            root.putArray("added_tokens")
                    .addObject()
                    .put("id", 2000)
                    .put("content", "</s>")
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
            Files.writeString(copy, root.toString());
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
        }
        try (HfTokenizer tokenizer = HfTokenizer.open(copy, HfTokenizerTest.options(format, null))) {
            for (JsonNode reference : expected.get("encode")) {
                int[] ids = JSON.convertValue(reference.get(key), int[].class);
                String text = reference.get("text").asText();
                assertThat(tokenizer.encode(text)).as(file + ": '" + text + "'").isEqualTo(ids);
                String back = reference.path(decoded).asText();
                // SentencePiece writes a sign for what it does not know.
                if (!decoded.isEmpty() && !back.contains("\u2047")) {
                    assertThat(tokenizer.decode(ids)).isEqualTo(back);
                }
            }
        }
    }
}
