// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.jinja.Dict;
import io.tune4j.tokenizers.jinja.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ids of nasty texts and of whole conversations against Hugging Face's tokenizers, over published tokenizers that {@code
 * scripts/golden/published_templates.py} fetches to a folder: {@code -Dtune4j.golden.templates=DIR}. {@code
 * scripts/golden/tokenizer_ids.py} wrote what is expected.
 */
class TokenizerIdsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Conversations whose messages spell special tokens, which stay text here unless {@code allow_special_tokens} asks otherwise. */
    private static final List<String> SPELLING = List.of("special text", "jinja in contents");

    private static HfTokenizer open(Path file, boolean allows) throws IOException {
        // Texts alone are tokenized here, for which no end token is needed; the format has to find one all the same.
        boolean template =
                Files.readString(file.resolveSibling("tokenizer_config.json")).contains("chat_template");
        return HfTokenizer.open(
                file,
                new HfTokenizer.Options(
                        template ? ChatFormatName.TEMPLATE : ChatFormatName.PLAIN,
                        null,
                        Truncation.NONE,
                        null,
                        allows));
    }

    private static JsonNode expected(String name) throws IOException {
        try (InputStream file = TokenizerIdsTest.class.getResourceAsStream(name)) {
            return JSON.readTree(file);
        }
    }

    private static boolean equal(int[] ids, JsonNode hash, JsonNode count) {
        String joined = Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "));
        return ids.length == count.asInt() && Sha256.of(joined).startsWith(hash.asText());
    }

    @Test
    void publishedTokenizersGiveHuggingFacesIds() throws IOException {
        String folder = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(!folder.isBlank(), "no published tokenizers: -Dtune4j.golden.templates=DIR names their folder");
        JsonNode root = expected("ids.json");
        JsonNode conversations = expected("chat/published.json").get("conversations");
        List<String> differences = new ArrayList<>();
        int texts = 0;
        int chats = 0;
        for (JsonNode one : root.get("tokenizers")) {
            String name = one.get("name").asText();
            Path file = Path.of(folder, name, "tokenizer.json");
            if (!Files.exists(file)) {
                continue;
            }
            try (HfTokenizer tokenizer = open(file, false);
                    HfTokenizer lenient = open(file, true)) {
                for (int i = 0; i < one.get("ids").size(); i++) {
                    JsonNode wanted = one.get("ids").get(i);
                    String text = root.get("texts").get(i).asText();
                    texts++;
                    if (!equal(tokenizer.encode(text), wanted.get(0), wanted.get(1))) {
                        differences.add(name + ": " + text);
                    }
                }
                chats += chats(one, tokenizer, lenient, Path.of(folder), conversations, differences);
            } catch (DataException refused) {
                differences.add(name + ": " + refused.getMessage());
            }
        }
        System.out.println(texts + " texts and " + chats + " conversations were compared with Hugging Face's ids");
        assertThat(texts).isPositive();
        assertThat(differences).isEmpty();
    }

    /** The ids of the texts by the files of other formats with the same tokenizer: SentencePiece's, and vocab.json with merges.txt. */
    @Test
    void otherFormatsGiveTheSameIds(@TempDir Path work) throws IOException {
        String folder = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(!folder.isBlank(), "no published tokenizers: -Dtune4j.golden.templates=DIR names their folder");
        JsonNode root = expected("ids.json");
        List<String> differences = new ArrayList<>();
        int files = 0;
        for (JsonNode one : root.get("tokenizers")) {
            Path published = Path.of(folder, one.get("name").asText());
            Path file = published.resolve("tokenizer.model");
            if (!Files.exists(file)) {
                file = twoFiles(published, work.resolve(one.get("name").asText()));
            }
            if (file == null) {
                continue;
            }
            files++;
            try (HfTokenizer tokenizer = HfTokenizer.open(
                    file, new HfTokenizer.Options(ChatFormatName.PLAIN, null, Truncation.NONE, null, false))) {
                for (int i = 0; i < one.get("ids").size(); i++) {
                    JsonNode wanted = one.get("ids").get(i);
                    String text = root.get("texts").get(i).asText();
                    if (!wanted.isNull() && !equal(tokenizer.encode(text), wanted.get(0), wanted.get(1))) {
                        differences.add(file + ": " + text);
                    }
                }
            }
        }
        System.out.println(files + " tokenizers of other formats were compared with Hugging Face's ids");
        assertThat(differences).isEmpty();
    }

    /** Qwen's two files, from the one that was made of them; null for a tokenizer of another class. */
    private static @Nullable Path twoFiles(Path published, Path target) throws IOException {
        Path settings = published.resolve("tokenizer_config.json");
        if (!Files.exists(settings)
                || !JSON.readTree(settings.toFile())
                        .path("tokenizer_class")
                        .asText()
                        .startsWith("Qwen2")) {
            return null;
        }
        JsonNode model =
                JSON.readTree(published.resolve("tokenizer.json").toFile()).get("model");
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        for (JsonNode merge : model.get("merges")) {
            merges.append(
                            merge.isArray()
                                    ? merge.get(0).asText() + " " + merge.get(1).asText()
                                    : merge.asText())
                    .append('\n');
        }
        Files.createDirectories(target);
        Files.copy(settings, target.resolve("tokenizer_config.json"));
        Files.writeString(target.resolve("merges.txt"), merges);
        JSON.writeValue(target.resolve("vocab.json").toFile(), model.get("vocab"));
        return target.resolve("vocab.json");
    }

    private static int chats(
            JsonNode one,
            HfTokenizer tokenizer,
            HfTokenizer lenient,
            Path folder,
            JsonNode conversations,
            List<String> differences)
            throws IOException {
        if (!one.has("template")) {
            return 0;
        }
        Map<String, String> tokens = JSON.convertValue(one.get("tokens"), new TypeReference<>() {});
        ChatTemplate template = new ChatTemplate(
                Files.readString(folder.resolve(one.get("template").asText() + ".jinja")),
                tokens,
                ChatTemplateGoldenTest.NOW);
        SpecialSpellings spellings = new SpecialSpellings(tokenizer.specialTokens());
        int count = 0;
        for (JsonNode chat : one.get("chat")) {
            JsonNode conversation = conversations.get(chat.get(0).asInt());
            List<Dict> messages = new ArrayList<>();
            for (JsonNode message : conversation.get("messages")) {
                messages.add(ChatTemplate.dict(
                        messages.size(), JSON.convertValue(message, new TypeReference<Map<String, Object>>() {})));
            }
            for (int asks = 0; asks < 2; asks++) {
                Text text = template.render(messages, Map.of(), asks == 1);
                boolean spells = SPELLING.contains(conversation.get("name").asText());
                TokenBuilder ids = new TokenBuilder();
                (spells ? lenient : tokenizer)
                        .encode(text, new float[text.value().length()], spellings, ids);
                count++;
                if (!equal(ids.tokens(), chat.get(1 + 2 * asks), chat.get(2 + 2 * asks))) {
                    differences.add(one.get("name").asText() + ", "
                            + conversation.get("name").asText() + " " + asks + ": " + text);
                }
            }
        }
        return count;
    }
}
