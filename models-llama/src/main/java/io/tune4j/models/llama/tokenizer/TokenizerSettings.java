package io.tune4j.models.llama.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenizer_config.json} and its companions say beside a {@code tokenizer.json}.
 *
 * @param bos spelling of the token at the beginning, or null
 * @param eos spelling of the token at the end, or null
 * @param pad spelling of the token that others pad with, or null
 * @param chatTemplate the Jinja text, empty if there is none
 */
record TokenizerSettings(
        @Nullable String bos,
        @Nullable String eos,
        @Nullable String pad,
        String chatTemplate) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static TokenizerSettings read(Path folder) {
        JsonNode config = json(folder.resolve("tokenizer_config.json"));
        JsonNode special = json(folder.resolve("special_tokens_map.json"));
        String bos = spelling(config, special, "bos_token");
        String eos = spelling(config, special, "eos_token");
        JsonNode template = config.path("chat_template");
        String text = template.isTextual() ? template.asText() : named(template);
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            try {
                text = Files.readString(file);
            } catch (IOException e) {
                throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
            }
        }
        return new TokenizerSettings(bos, eos, spelling(config, special, "pad_token"), text);
    }

    /** Of several templates the one named default, as transformers has it, or the first. */
    private static String named(JsonNode templates) {
        for (JsonNode template : templates) {
            if (template.path("name").asText().equals("default")) {
                return template.path("template").asText();
            }
        }
        return templates.path(0).path("template").asText();
    }

    private static JsonNode json(Path file) {
        if (!Files.exists(file)) {
            return JSON.createObjectNode();
        }
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new DataException(
                    file + " is no valid JSON: "
                            + e.getMessage().lines().findFirst().orElse("") + "; download it again",
                    e);
        }
    }

    /** A token is written as its spelling, or as an object with its {@code content}. */
    private static @Nullable String spelling(JsonNode config, JsonNode special, String key) {
        JsonNode node = config.hasNonNull(key) ? config.get(key) : special.path(key);
        String text = node.isTextual() ? node.asText() : node.path("content").asText();
        return text.isEmpty() ? null : text;
    }
}
