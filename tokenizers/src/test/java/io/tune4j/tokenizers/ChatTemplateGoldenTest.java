// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.jinja.Dict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Chat templates against transformers' {@code apply_chat_template}, on conversations with tools, system messages, odd white space and
 * what templates refuse. This project's own templates are beside it ({@code scripts/golden/chat_templates.py} wrote what is expected);
 * published ones belong to others and are read from a folder: {@code -Dtune4j.golden.templates=DIR}, which {@code
 * scripts/golden/published_templates.py} fills.
 */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "chat/";
    private static final String SAID = "says: ";
    static final Clock NOW = Clock.fixed(Instant.parse("2024-07-26T12:34:56Z"), ZoneOffset.UTC);

    private static JsonNode expected(String name) throws IOException {
        try (InputStream file = resource(name)) {
            return JSON.readTree(file);
        }
    }

    private static InputStream resource(String name) {
        InputStream file = ChatTemplateGoldenTest.class.getResourceAsStream(FOLDER + name);
        assertThat(file).as(name).isNotNull();
        return file;
    }

    @Test
    void ownTemplatesRenderAsInTransformers() throws IOException {
        JsonNode root = expected("expected.json");
        assertThat(root.get("conversations")).hasSizeGreaterThanOrEqualTo(20);
        assertThat(root.get("own")).hasSizeGreaterThanOrEqualTo(8);
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, JsonNode> own : root.get("own").properties()) {
            String text;
            try (InputStream file = resource("own/" + own.getKey() + ".jinja")) {
                text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            }
            ChatTemplate template = new ChatTemplate(text, Map.of("bos_token", "<s>", "eos_token", "</s>"), null);
            List<JsonNode> renderings = new ArrayList<>();
            own.getValue().forEach(renderings::add);
            for (int i = 0; i < renderings.size(); i++) {
                String made = rendered(template, root.get("conversations").get(i / 2), i % 2 == 1);
                String wanted = renderings.get(i).isNull()
                        ? "REFUSED"
                        : renderings.get(i).asText();
                boolean equal = wanted.equals("REFUSED")
                        ? made.startsWith(wanted)
                        : said(made).equals(wanted);
                if (!equal) {
                    differences.add(own.getKey() + " " + i + ": " + made + " instead of " + wanted);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    /** A refusal in the template's words. */
    private static String said(String made) {
        int said = made.startsWith("REFUSED") ? made.indexOf(SAID) : -1;
        return said < 0 ? made : made.substring(said);
    }

    @Test
    void publishedTemplatesRenderAsInTransformers() throws IOException {
        String folder = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(!folder.isBlank(), "no published chat templates: -Dtune4j.golden.templates=DIR names their folder");
        JsonNode root = expected("published.json");
        List<String> differences = new ArrayList<>();
        int found = 0;
        int compared = 0;
        for (JsonNode published : root.get("templates")) {
            String name = published.get("name").asText();
            Path file = Path.of(folder, name + ".jinja");
            if (!Files.exists(file)) {
                continue;
            }
            String text = Files.readString(file);
            assertThat(Sha256.of(text))
                    .as(name + " is another version")
                    .startsWith(published.get("sha256").asText());
            found++;
            Map<String, String> tokens = JSON.convertValue(published.get("tokens"), new TypeReference<>() {});
            ChatTemplate template = new ChatTemplate(text, tokens, NOW);
            for (int i = 0; i < published.get("renderings").size(); i++) {
                JsonNode wanted = published.get("renderings").get(i);
                JsonNode conversation = root.get("conversations").get(i / 2);
                String made = rendered(template, conversation, i % 2 == 1);
                boolean equal = wanted.isTextual()
                        ? !made.startsWith("REFUSED") && Sha256.of(made).startsWith(wanted.asText())
                        : made.startsWith("REFUSED");
                compared++;
                if (!equal) {
                    differences.add(name + ", " + conversation.get("name").asText() + " " + i % 2 + ": " + made
                            + " instead of " + wanted);
                }
            }
        }
        assertThat(found).isPositive();
        System.out.println(compared + " renderings of " + found + " published chat templates were compared");
        assertThat(differences).isEmpty();
    }

    private static String rendered(ChatTemplate template, JsonNode conversation, boolean asks) {
        List<Dict> messages = new ArrayList<>();
        for (JsonNode message : conversation.get("messages")) {
            Map<String, Object> fields = JSON.convertValue(message, new TypeReference<>() {});
            messages.add(ChatTemplate.dict(messages.size(), fields));
        }
        Map<String, Object> variables = new java.util.HashMap<>();
        for (String name : new String[] {"tools", "documents"}) {
            JsonNode given = conversation.path(name);
            boolean older = !conversation.has("name");
            if (given.isArray() && !(older && given.isEmpty())) {
                variables.put(name, JSON.convertValue(given, Object.class));
            }
        }
        if (conversation.has("variables")) {
            variables.putAll(
                    JSON.convertValue(conversation.get("variables"), new TypeReference<Map<String, Object>>() {}));
        }
        try {
            return template.render(messages, variables, asks).value();
        } catch (DataException refused) {
            return "REFUSED " + refused.getMessage();
        }
    }
}
