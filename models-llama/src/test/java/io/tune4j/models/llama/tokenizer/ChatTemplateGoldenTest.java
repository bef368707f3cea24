package io.tune4j.models.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Chat templates against transformers' {@code apply_chat_template} on conversations with tools, system messages, odd white space and
 * what templates refuse; {@code scripts/golden/chat_templates.py} wrote what is expected. This project's own templates are beside it.
 * Those of published models belong to others and are read from a folder with files NAME.jinja: {@code -Dtune4j.golden.templates=DIR}.
 */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "chat/";
    private static final String SAID = "says: ";
    private static final List<String> FAMILIES = List.of(
            "llama2",
            "llama3",
            "llama3.1",
            "llama3.2",
            "mistral-0.1",
            "mistral-0.3",
            "mistral-nemo",
            "qwen2.5",
            "smollm2",
            "zephyr");

    private static JsonNode expected() throws IOException {
        try (InputStream file = resource("expected.json")) {
            return JSON.readTree(file);
        }
    }

    private static InputStream resource(String name) {
        InputStream file = ChatTemplateGoldenTest.class.getResourceAsStream(FOLDER + name);
        assertThat(file).as(name).isNotNull();
        return file;
    }

    @TestFactory
    Stream<DynamicTest> ownTemplatesRenderAsInTransformers() throws IOException {
        JsonNode root = expected();
        assertThat(root.get("conversations")).hasSizeGreaterThanOrEqualTo(20);
        assertThat(root.get("own")).hasSizeGreaterThanOrEqualTo(8);
        return root.get("own").properties().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String text;
                    try (InputStream file = resource("own/" + entry.getKey() + ".jinja")) {
                        text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
                    }
                    compare(text, root.get("conversations"), entry.getValue(), false);
                }));
    }

    @Test
    void templatesOfModelsRenderAsInTransformers() throws IOException {
        String folder = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(!folder.isBlank(), "no chat templates of models: -Dtune4j.golden.templates=DIR names their folder");
        JsonNode root = expected();
        Map<String, JsonNode> others = new TreeMap<>();
        root.get("others").properties().forEach(entry -> others.put(entry.getKey(), entry.getValue()));
        assertThat(others).containsKeys(FAMILIES.toArray(String[]::new));
        for (Map.Entry<String, JsonNode> other : others.entrySet()) {
            String text = Files.readString(Path.of(folder, other.getKey() + ".jinja"));
            assertThat(Sha256.of(text))
                    .as(other.getKey() + ".jinja is another version than the one that was rendered")
                    .isEqualTo(other.getValue().get("template").asText());
            compare(text, root.get("conversations"), other.getValue().get("renderings"), true);
        }
    }

    private static void compare(String text, JsonNode conversations, JsonNode renderings, boolean hashed) {
        ChatTemplate template = new ChatTemplate(text, "<s>", "</s>");
        Iterator<JsonNode> next = renderings.iterator();
        for (JsonNode conversation : conversations) {
            List<Map<String, Object>> messages =
                    JSON.convertValue(conversation.get("messages"), new TypeReference<>() {});
            List<?> given = JSON.convertValue(conversation.get("tools"), List.class);
            List<?> tools = given.isEmpty() ? null : given;
            for (boolean asks : new boolean[] {false, true}) {
                JsonNode rendering = next.next();
                String what = "add_generation_prompt=" + asks + ", " + conversation;
                if (rendering.isNull()) {
                    assertThatThrownBy(() -> template.render(messages, tools, asks))
                            .as(what)
                            .isInstanceOf(DataException.class);
                } else {
                    String made = renderedOrSaid(template, messages, tools, asks);
                    assertThat(hashed ? Sha256.of(made) : made)
                            .as("%s; rendered: %s", what, made)
                            .isEqualTo(rendering.asText());
                }
            }
        }
        assertThat(next).isExhausted();
    }

    /** The text, or what the template said when it refused the conversation. */
    private static String renderedOrSaid(
            ChatTemplate template, List<Map<String, Object>> messages, @Nullable List<?> tools, boolean asks) {
        try {
            return template.render(messages, tools, asks);
        } catch (DataException refused) {
            String message = refused.getMessage();
            int said = message.indexOf(SAID);
            return said < 0 ? message : message.substring(said);
        }
    }
}
