// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Llama 3's {@code tokenizer.model}: lines of a token's bytes in base 64 and its rank, as tiktoken reads them. It is turned into what a
 * {@code tokenizer.json} says of the same vocabulary, so that one library does the work for all formats.
 */
final class TiktokenFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Llama 3's split of a text into words before merging. */
    private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final int FIRST_SPECIAL = 128_000;
    private static final int SPECIAL_TOKENS = 256;

    /** Names by the distance from the first special token; tokens without a name are reserved. */
    private static final Map<Integer, String> SPECIAL = Map.of(
            0, "<|begin_of_text|>",
            1, "<|end_of_text|>",
            4, "<|finetune_right_pad_id|>",
            5, "<|step_id|>",
            6, "<|start_header_id|>",
            7, "<|end_header_id|>",
            8, "<|eom_id|>",
            9, "<|eot_id|>",
            10, "<|python_tag|>");

    private TiktokenFile() {}

    /** Whether a file begins as one in this format does. */
    static boolean matches(byte[] content) {
        int end = 0;
        while (end < content.length && end < 256 && content[end] != '\n') {
            end++;
        }
        return new String(content, 0, end, StandardCharsets.ISO_8859_1).matches("[A-Za-z0-9+/]+={0,2} \\d+\\r?");
    }

    /** @throws DataException if it is broken */
    static TokenizerFile read(Path file, byte[] content) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        List<String> merged = new ArrayList<>();
        String[] characters = characters();
        int line = 0;
        for (String text : new String(content, StandardCharsets.ISO_8859_1).split("\n")) {
            line++;
            if (text.isBlank()) {
                continue;
            }
            String[] parts = text.strip().split(" ");
            try {
                byte[] bytes = Base64.getDecoder().decode(parts[0]);
                StringBuilder token = new StringBuilder(bytes.length);
                for (byte one : bytes) {
                    token.append(characters[one & 0xFF]);
                }
                int rank = Integer.parseInt(parts[1]);
                if (rank < 0
                        || rank >= FIRST_SPECIAL
                        || bytes.length == 0
                        || bytes.length > TokenizerFile.LONGEST_TOKEN
                        || vocabulary.putIfAbsent(token.toString(), rank) != null) {
                    throw new IllegalArgumentException("a token that no vocabulary has");
                }
                if (bytes.length > 1) {
                    merged.add(token.toString());
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new DataException(
                        file + ", line " + line + ": expected a token in base 64 and its rank below " + FIRST_SPECIAL
                                + ", each once, found '" + shortened(text.strip()) + "'; download it again",
                        e);
            }
        }
        for (String character : characters) {
            if (!vocabulary.containsKey(character)) {
                throw new DataException(file + " has no token for each byte, so it was cut off; download it again");
            }
        }
        return new TokenizerFile(
                json(vocabulary, merged), special(), special().keySet(), FIRST_SPECIAL + SPECIAL_TOKENS, false, false);
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    private static String json(Map<String, Integer> vocabulary, List<String> merged) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putArray("added_tokens");
        ObjectNode cut = root.putObject("pre_tokenizer").put("type", "Sequence");
        var steps = cut.putArray("pretokenizers");
        ObjectNode words = steps.addObject().put("type", "Split").put("behavior", "Isolated");
        words.put("invert", false).putObject("pattern").put("Regex", WORDS);
        byteLevel(steps.addObject());
        byteLevel(root.putObject("decoder"));
        // A word that is a token is not merged from its parts, which may not lead to it.
        ObjectNode model = root.putObject("model").put("type", "BPE").put("ignore_merges", true);
        ObjectNode ids = model.putObject("vocab");
        vocabulary.forEach(ids::put);
        MergeRules.write(vocabulary, merged, vocabulary::get, model.putArray("merges"));
        return root.toString();
    }

    static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
    }

    private static Map<String, Integer> special() {
        Map<String, Integer> special = new HashMap<>();
        int reserved = 0;
        for (int i = 0; i < SPECIAL_TOKENS; i++) {
            String name = SPECIAL.get(i);
            special.put(name == null ? "<|reserved_special_token_" + reserved++ + "|>" : name, FIRST_SPECIAL + i);
        }
        return special;
    }

    /** A visible character for each byte, as GPT-2's {@code bytes_to_unicode} has them. */
    private static String[] characters() {
        String[] characters = new String[256];
        int next = 256;
        for (int i = 0; i < characters.length; i++) {
            boolean visible = (i >= '!' && i <= '~') || (i >= 0xA1 && i <= 0xAC) || (i >= 0xAE);
            characters[i] = Character.toString(visible ? i : next++);
        }
        return characters;
    }

    /**
     * The special tokens that a {@code tokenizer.json} names, for torchtune's {@code special_tokens_path}.
     *
     * @throws DataException if it cannot be read
     */
    static Map<String, Integer> specialTokens(Path file) {
        try {
            Map<String, Integer> special = new HashMap<>();
            for (var added : JSON.readTree(file.toFile()).path("added_tokens")) {
                special.put(added.path("content").asText(), added.path("id").asInt());
            }
            if (special.isEmpty()) {
                throw new DataException(file + " has no \"added_tokens\"; special_tokens_path names a tokenizer.json");
            }
            return special;
        } catch (IOException e) {
            throw new DataException(
                    "cannot read special tokens from " + file
                            + (Files.exists(file) ? ": it is no valid JSON" : ": there is no such file"),
                    e);
        }
    }
}
