// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A byte-pair vocabulary in two files, {@code vocab.json} and {@code merges.txt}, with the added tokens that {@code
 * tokenizer_config.json} names. It is turned into what a {@code tokenizer.json} says of the same vocabulary.
 */
final class MergesFile {
    /** The name of the vocabulary's file. */
    static final String NAME = "vocab.json";

    private static final String MERGES = "merges.txt";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How Qwen cuts a text into words before merging ({@code tokenization_qwen2.py} of transformers). */
    private static final String QWEN_WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private MergesFile() {}

    /**
     * Reads the files of a folder.
     *
     * @throws DataException if one is missing or broken
     */
    static TokenizerFile read(Path vocabulary, String chatTemplate) {
        Path folder = Objects.requireNonNull(vocabulary.toAbsolutePath().getParent());
        Path merges = folder.resolve(MERGES);
        Path settings = folder.resolve("tokenizer_config.json");
        for (Path file : new Path[] {merges, settings}) {
            if (!Files.exists(file)) {
                throw new DataException("there is no " + file + ", which belongs to " + vocabulary
                        + "; download it, or " + TokenizerFile.NAME + ", which says the same and more");
            }
        }
        try {
            JsonNode ids = JsonFiles.read(vocabulary);
            ObjectNode root = JSON.createObjectNode();
            root.put("version", "1.0");
            JsonNode config = JsonFiles.read(settings);
            if (!config.path("tokenizer_class").asText().startsWith("Qwen2")) {
                throw new DataException(settings + " names the tokenizer "
                        + config.path("tokenizer_class").asText("?") + ", and how it cuts words is not in " + vocabulary
                        + ": download " + TokenizerFile.NAME + ", which says it");
            }
            addedTokens(config, root.putArray("added_tokens"));
            root.putObject("normalizer").put("type", "NFC");
            ArrayNode steps =
                    root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
            ObjectNode words = steps.addObject().put("type", "Split").put("behavior", "Isolated");
            words.put("invert", false).putObject("pattern").put("Regex", QWEN_WORDS);
            TiktokenFile.byteLevel(steps.addObject());
            TiktokenFile.byteLevel(root.putObject("decoder"));
            ObjectNode model = root.putObject("model").put("type", "BPE");
            model.set("vocab", ids);
            ArrayNode pairs = model.putArray("merges");
            List<String> lines = Files.readAllLines(merges);
            for (int i = 0; i < lines.size(); i++) {
                if (i > 0 || !lines.get(i).startsWith("#version")) {
                    merge(merges, i, lines.get(i), pairs);
                }
            }
            return TokenizerFile.prepare(vocabulary, root, chatTemplate);
        } catch (IOException e) {
            throw new DataException(
                    vocabulary + " or a file beside it " + JsonFiles.problem(e, "download it again"), e);
        }
    }

    private static void merge(Path file, int index, String line, ArrayNode pairs) {
        if (line.isBlank()) {
            return;
        }
        String[] parts = line.split(" ");
        if (parts.length != 2) {
            throw new DataException(
                    file + ", line " + (index + 1) + ": expected two tokens, found '" + line + "'; download it again");
        }
        pairs.addArray().add(parts[0]).add(parts[1]);
    }

    private static void addedTokens(JsonNode config, ArrayNode target) {
        config.path("added_tokens_decoder").properties().forEach(entry -> {
            JsonNode token = entry.getValue();
            ObjectNode added = target.addObject().put("id", Integer.parseInt(entry.getKey()));
            added.put("content", token.path("content").asText());
            for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
                added.put(flag, token.path(flag).asBoolean());
            }
        });
    }
}
