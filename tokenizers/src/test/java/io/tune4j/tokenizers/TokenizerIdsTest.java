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
import org.junit.jupiter.api.Test;

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
