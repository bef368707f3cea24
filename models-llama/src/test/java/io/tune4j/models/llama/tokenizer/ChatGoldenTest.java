package io.tune4j.models.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Llama 3's format and plain text against torchtune's tokens and masks. The tokenizer files belong to another project, so
 * they are read from a folder: {@code -Dtune4j.golden.chat=DIR}.
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
        assumeTrue(!directory.isBlank(), "no reference tokenizers: -Dtune4j.golden.chat=DIR names their folder");
        golden = Path.of(directory);
        expected = JSON.readTree(golden.resolve("expected.json").toFile());
    }

    /** The reference tokenizer has its special tokens in code; here they are in the file, as on the hub. */
    private Path withSpecialTokens() throws IOException {
        ObjectNode root =
                (ObjectNode) JSON.readTree(golden.resolve("tokenizer.json").toFile());
        ArrayNode added = root.putArray("added_tokens");
        expected.get("special_tokens_llama3").properties().forEach(token -> added.addObject()
                .put("id", token.getValue().asInt())
                .put("content", token.getKey())
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
        return Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    }

    private List<Message> conversation(String name) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : expected.get(name)) {
            Role role = Role.valueOf(turn.get(0).asText().toUpperCase(Locale.ROOT));
            messages.add(new Message(role, turn.get(1).asText(), role == Role.ASSISTANT));
        }
        return messages;
    }

    @Test
    void llama3TokensAndMasksEqualTorchtunes() throws IOException {
        int compared = 0;
        Path file = withSpecialTokens();
        for (JsonNode reference : expected.get("cases")) {
            boolean ours = reference.get("tokenizer").asText().equals("llama3")
                    && reference.get("add_end_tokens").asBoolean()
                    && !reference.path("truncation_type").asText().equals("left");
            if (!ours) {
                continue;
            }
            Integer limit =
                    reference.has("max_seq_len") ? reference.get("max_seq_len").asInt() : null;
            try (HfTokenizer tokenizer = HfTokenizer.open(file, ChatFormatName.LLAMA3, limit)) {
                TokenizedSample sample = tokenizer.encodeMessages(
                        "golden", conversation(reference.get("conv").asText()));
                int[] tokens = JSON.convertValue(reference.get("tokens"), int[].class);
                boolean[] masked = JSON.convertValue(reference.get("mask"), boolean[].class);
                assertThat(sample.tokens()).isEqualTo(tokens);
                for (int i = 0; i < masked.length; i++) {
                    assertThat(sample.trained()[i]).as("token %s", i).isEqualTo(!masked[i]);
                }
            }
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(3);
    }

    @Test
    void plainTextEqualsTheLibrarys() throws IOException {
        Path file = withSpecialTokens();
        try (HfTokenizer tokenizer = HfTokenizer.open(file, ChatFormatName.LLAMA3, null)) {
            for (JsonNode reference : expected.get("encode")) {
                int[] ids = JSON.convertValue(reference.get("hf_tokenizer_json"), int[].class);
                assertThat(tokenizer.encode(reference.get("text").asText())).isEqualTo(ids);
                assertThat(tokenizer.decode(ids))
                        .isEqualTo(reference.get("hf_decoded").asText());
            }
        }
    }
}
