// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings in {@code tokenizer_config.json} and {@code special_tokens_map.json}, and the chat template beside a {@code tokenizer.json}.
 *
 * @param tokens spellings of special tokens by their names, such as {@code bos_token}
 * @param chatTemplate the Jinja text, empty if there is none
 */
record TokenizerSettings(Map<String, String> tokens, String chatTemplate) {
    private static final String BOS = "bos_token";
    private static final String EOS = "eos_token";
    private static final String PAD = "pad_token";
    /** The names that transformers gives to chat templates. */
    private static final String[] NAMES = {BOS, EOS, "unk_token", "sep_token", PAD, "cls_token", "mask_token"};

    TokenizerSettings {
        // Sorted: the text of these settings names stored tokens, and a copy's order changes with each JVM.
        tokens = Collections.unmodifiableMap(new TreeMap<>(tokens));
    }

    /** Settings of a vocabulary that says them itself. */
    static TokenizerSettings of(@Nullable String bos, @Nullable String eos, @Nullable String pad, String chatTemplate) {
        Map<String, String> tokens = new TreeMap<>();
        put(tokens, BOS, bos);
        put(tokens, EOS, eos);
        put(tokens, PAD, pad);
        return new TokenizerSettings(tokens, chatTemplate);
    }

    private static void put(Map<String, String> tokens, String name, @Nullable String spelling) {
        if (spelling != null) {
            tokens.put(name, spelling);
        }
    }

    static TokenizerSettings read(Path folder) {
        JsonNode config = json(folder.resolve("tokenizer_config.json"));
        JsonNode special = json(folder.resolve("special_tokens_map.json"));
        Map<String, String> tokens = new TreeMap<>();
        for (String name : NAMES) {
            put(tokens, name, spelling(config, special, name));
        }
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
        return new TokenizerSettings(tokens, text);
    }

    /** The spelling of the token at the beginning, or null. */
    @Nullable
    String bos() {
        return tokens.get(BOS);
    }

    /** The spelling of the token at the end, or null. */
    @Nullable
    String eos() {
        return tokens.get(EOS);
    }

    /** The spelling of the token that others pad with, or null. */
    @Nullable
    String pad() {
        return tokens.get(PAD);
    }

    /** The template named default among several, as in transformers, or else the first one. */
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
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            return JsonFiles.read(file);
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e, "download it again"), e);
        }
    }

    /** A token is written as its spelling, or as an object with its {@code content}. */
    private static @Nullable String spelling(JsonNode config, JsonNode special, String key) {
        JsonNode node = config.hasNonNull(key) ? config.get(key) : special.path(key);
        String text = node.isTextual() ? node.asText() : node.path("content").asText();
        return text.isEmpty() ? null : text;
    }
}
