// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.export.files.JsonObjects;
import io.tune4j.export.gguf.GgufMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model's tokenizer and chat template as the keys of a GGUF file: byte-level BPE ({@code gpt2} there), and BPE with blanks written
 * as U+2581 and bytes as a fallback ({@code llama} there), as Llama 2, Mistral 7B and Gemma have it.
 *
 * @param folder the model's
 * @param json its tokenizer.json
 * @param settings its tokenizer_config.json
 * @param size rows of the embedding; ids that no token has get a name of their own
 */
public record GgufTokenizer(Path folder, JsonNode json, JsonNode settings, int size, Consumer<String> warnings) {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String BLANK = "\u2581";

    /** llama.cpp's kinds of tokens. */
    static final long NORMAL = 1;

    static final long UNKNOWN = 2;
    static final long CONTROL = 3;
    static final long USER_DEFINED = 4;
    static final long UNUSED = 5;
    static final long BYTE = 6;

    /** @throws DataException if tokenizer.json is missing or broken */
    public static GgufTokenizer of(Path folder, int size, Consumer<String> warnings) {
        Path file = folder.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            throw new DataException(folder + " has no tokenizer.json, which GGUF's tokenizer is made from; in Python,"
                    + " AutoTokenizer.from_pretrained('" + folder + "').save_pretrained('" + folder + "') writes it");
        }
        return new GgufTokenizer(
                folder,
                JsonObjects.read(file),
                JsonObjects.readIfThere(folder.resolve("tokenizer_config.json")),
                size,
                warnings);
    }

    /**
     * Adds all keys.
     *
     * @param form how the model is asked
     */
    public void describe(GgufMetadata keys, PromptForm form) {
        JsonNode model = json.path("model");
        if (!model.path("type").asText("BPE").equals("BPE")) {
            throw new DataException(folder.resolve("tokenizer.json") + ": a tokenizer of type " + model.path("type")
                    + " cannot be written as GGUF; only BPE can");
        }
        boolean bytes = model.path("byte_fallback").asBoolean(false);
        keys.text(PREFIX + "model", bytes ? "llama" : "gpt2");
        keys.text(PREFIX + "pre", bytes ? "default" : preTokenizer());
        Map<String, Integer> ids = tokens(keys, bytes);
        List<String> merges = merges(model);
        if (bytes) {
            keys.float32s(PREFIX + "scores", scores(keys.texts(PREFIX + "tokens"), merges));
        } else {
            keys.texts(PREFIX + "merges", merges);
        }
        String bos = token("bos_token");
        id(keys, "bos_token_id", bos, ids);
        id(keys, "eos_token_id", token("eos_token"), ids);
        id(keys, "unknown_token_id", token("unk_token"), ids);
        id(keys, "padding_token_id", token("pad_token"), ids);
        endOfTurn(keys);
        keys.bool(PREFIX + "add_bos_token", addsBeginning(bos));
        keys.bool(PREFIX + "add_eos_token", false);
        keys.bool(PREFIX + "add_space_prefix", bytes && addsBlank());
        AskingTemplate.describe(keys, form, chatTemplate(folder), addsBeginning(bos));
    }

    private String preTokenizer() {
        return PreTokenizers.of(json).map(PreTokenizers::label).orElseGet(() -> {
            warnings.accept("llama.cpp has no name for the pre_tokenizer of " + folder.resolve("tokenizer.json")
                    + ": it will cut some texts into other tokens");
            return "default";
        });
    }

    /** Adds the tokens with their kinds, and returns their ids. */
    private Map<String, Integer> tokens(GgufMetadata keys, boolean bytes) {
        Map<String, Integer> ids = new HashMap<>();
        json.path("model")
                .path("vocab")
                .properties()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().asInt(-1)));
        String unknown = json.path("model").path("unk_token").asText("");
        Map<Integer, Long> added = new HashMap<>();
        for (JsonNode token : json.path("added_tokens")) {
            ids.put(token.path("content").asText(), token.path("id").asInt(-1));
            added.put(token.path("id").asInt(-1), token.path("special").asBoolean(false) ? CONTROL : USER_DEFINED);
        }
        int count = Math.max(
                size, ids.values().stream().mapToInt(id -> id + 1).max().orElse(0));
        if (count > size) {
            warnings.accept("the tokenizer has " + count + " tokens and the embedding " + size
                    + " rows; tokens without a row are left out");
        }
        List<String> tokens = new ArrayList<>(Collections.nCopies(size, ""));
        List<Long> kinds = new ArrayList<>(Collections.nCopies(size, UNUSED));
        for (int i = 0; i < size; i++) {
            tokens.set(i, "[PAD" + i + "]");
        }
        ids.forEach((text, id) -> {
            if (id >= 0 && id < size) {
                tokens.set(id, text);
                boolean spelledByte = bytes && text.matches("<0x[0-9A-F]{2}>");
                long kind = spelledByte ? BYTE : text.equals(unknown) ? UNKNOWN : NORMAL;
                kinds.set(id, kind == NORMAL ? added.getOrDefault(id, NORMAL) : kind);
            }
        });
        keys.texts(PREFIX + "tokens", tokens);
        keys.int32s(PREFIX + "token_type", kinds);
        return ids;
    }

    private static List<String> merges(JsonNode model) {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asText() + " " + merge.path(1).asText()
                            : merge.asText());
        }
        return merges;
    }

    /** Of two possible merges the one with the higher score comes first; so a token's score is its merge's rank, negated. */
    private static List<Double> scores(List<String> tokens, List<String> merges) {
        Map<String, Integer> ranks = new HashMap<>();
        for (int i = 0; i < merges.size(); i++) {
            ranks.putIfAbsent(merges.get(i).replace(" ", ""), i);
        }
        List<Double> scores = new ArrayList<>();
        for (String token : tokens) {
            scores.add(ranks.containsKey(token) ? -(double) ranks.get(token) : 0);
        }
        return scores;
    }

    private @Nullable String token(String key) {
        JsonNode value = settings.path(key);
        String text = value.isObject() ? value.path("content").asText("") : value.asText("");
        return text.isEmpty() || text.equals("null") ? null : text;
    }

    private static void id(GgufMetadata keys, String key, @Nullable String token, Map<String, Integer> ids) {
        Integer id = token == null ? null : ids.get(token);
        if (id != null) {
            keys.uint32(PREFIX + key, id);
        }
    }

    /** A chat model may end its turns with another token than the one that ends texts. */
    private void endOfTurn(GgufMetadata keys) {
        JsonNode ends = JsonObjects.readIfThere(folder.resolve("generation_config.json"))
                .path("eos_token_id");
        long end = keys.integer(PREFIX + "eos_token_id", -1);
        for (JsonNode each : ends.isArray() ? ends : List.of(ends)) {
            if (each.isIntegralNumber() && end < 0) {
                end = each.asLong();
                keys.uint32(PREFIX + "eos_token_id", end);
            } else if (each.isIntegralNumber() && each.asLong() != end && !keys.has(PREFIX + "eot_token_id")) {
                keys.uint32(PREFIX + "eot_token_id", each.asLong());
            }
        }
    }

    private boolean addsBeginning(@Nullable String bos) {
        if (settings.path("add_bos_token").isBoolean()) {
            return settings.path("add_bos_token").asBoolean();
        }
        List<JsonNode> processors = new ArrayList<>(List.of(json.path("post_processor")));
        json.path("post_processor").path("processors").forEach(processors::add);
        return bos != null
                && processors.stream().anyMatch(each -> each.path("single")
                        .path(0)
                        .path("SpecialToken")
                        .path("id")
                        .asText()
                        .equals(bos));
    }

    private boolean addsBlank() {
        List<JsonNode> steps = new ArrayList<>(List.of(json.path("normalizer"), json.path("pre_tokenizer")));
        json.path("normalizer").path("normalizers").forEach(steps::add);
        return steps.stream()
                .anyMatch(step -> step.path("type").asText().equals("Prepend")
                                && step.path("prepend").asText().equals(BLANK)
                        || step.path("type").asText().equals("Metaspace")
                                && !step.path("prepend_scheme").asText("always").equals("never"));
    }

    /** The template of a model's folder, or null if it has none. */
    public static @Nullable String chatTemplate(Path folder) {
        Path file = folder.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new DataException(file + " cannot be read: " + e.getMessage() + "; save it again as UTF-8", e);
            }
        }
        JsonNode template =
                JsonObjects.readIfThere(folder.resolve("tokenizer_config.json")).path("chat_template");
        if (template.isTextual()) {
            return template.asText();
        }
        for (JsonNode each : template) {
            if (each.path("name").asText().equals("default")) {
                return each.path("template").asText();
            }
        }
        return null;
    }
}
