package io.tune4j.models.llama.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Templates of real models against what transformers renders: {@code scripts/golden/chat_templates.py} collects both, {@code
 * -Dtune4j.golden.templates=FILE}.
 */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everyTemplateRendersAsInTransformers() throws IOException {
        String file = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(!file.isBlank(), "no chat templates: -Dtune4j.golden.templates=FILE names them");
        JsonNode root = JSON.readTree(Path.of(file).toFile());
        Map<String, ChatTemplate> templates = new HashMap<>();
        root.get("templates")
                .properties()
                .forEach(entry -> templates.put(
                        entry.getKey(), new ChatTemplate(entry.getValue().asText(), "<s>", "</s>")));
        int compared = 0;
        for (JsonNode reference : root.get("cases")) {
            JsonNode conversation =
                    root.get("conversations").get(reference.get("conversation").asInt());
            List<Map<String, Object>> messages =
                    JSON.convertValue(conversation.get("messages"), new TypeReference<>() {});
            List<?> tools = JSON.convertValue(conversation.get("tools"), List.class);
            ChatTemplate template = templates.get(reference.get("template").asText());
            boolean asks = reference.get("add_generation_prompt").asBoolean();
            if (reference.get("rendered").isNull()) {
                assertThatThrownBy(() -> template.render(messages, tools.isEmpty() ? null : tools, asks))
                        .isInstanceOf(DataException.class);
            } else {
                assertThat(template.render(messages, tools.isEmpty() ? null : tools, asks))
                        .as("%s", reference)
                        .isEqualTo(reference.get("rendered").asText());
            }
            compared++;
        }
        assertThat(templates).hasSizeGreaterThanOrEqualTo(9);
        assertThat(compared).isGreaterThanOrEqualTo(templates.size() * 40);
    }
}
