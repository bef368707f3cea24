package io.tune4j.models.llama.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@code tokenizer.json}, prepared so that special tokens in a text stay text: the library would turn {@code
 * <|eot_id|>} in a record into the token that ends a turn, and has no switch for it. Therefore each special token gets a
 * spelling that no text can have; where one is meant, its id is used.
 *
 * @param json the prepared content
 * @param specialTokens ids by spelling
 * @param vocabularySize one more than the highest id
 * @param prefixesSpace whether the tokenizer puts a blank before each text it is given, as SentencePiece does
 */
record TokenizerFile(String json, Map<String, Integer> specialTokens, int vocabularySize, boolean prefixesSpace) {
    static final String NAME = "tokenizer.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Drawn anew in each process, so that nobody can write it into a record. */
    private static final String NONCE = new BigInteger(128, new SecureRandom()).toString(36);

    /** @throws UserException if the file is missing or broken */
    static TokenizerFile read(Path file) {
        if (!Files.exists(file)) {
            throw new DataException("there is no " + file
                    + "; it comes with the model on the hub (as tokenizer.json): put it there, or set tokenizer.path");
        }
        try {
            JsonNode root = JSON.readTree(file.toFile());
            if (!(root instanceof ObjectNode tokenizer) || !(root.path("model") instanceof ObjectNode)) {
                throw new DataException(file + " is not a tokenizer: it has no \"model\"; download it again");
            }
            return prepare(tokenizer);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + " is no valid JSON (line " + e.getLocation().getLineNr() + "): "
                            + e.getOriginalMessage().replaceAll(" \\(start marker.*", "") + "; download it again",
                    e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static TokenizerFile prepare(ObjectNode tokenizer) {
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        int highest = highestId(model.path("vocab"));
        Map<String, Integer> special = new LinkedHashMap<>();
        for (JsonNode added : tokenizer.path("added_tokens")) {
            int id = added.path("id").asInt();
            highest = Math.max(highest, id);
            if (added.path("special").asBoolean() && added instanceof ObjectNode token) {
                String spelling = added.path("content").asText();
                String hidden = hidden(String.valueOf(id));
                special.put(spelling, id);
                token.put("content", hidden);
                rename(model, spelling, hidden);
            }
        }
        boolean prefixes = prefixesSpace(tokenizer);
        // It adds special tokens, which the formats do here.
        tokenizer.putNull("post_processor");
        tokenizer.putNull("truncation");
        tokenizer.putNull("padding");
        return new TokenizerFile(tokenizer.toString(), special, highest + 1, prefixes);
    }

    /** A spelling that no text can have. */
    static String hidden(String name) {
        return "\uFDD0" + NONCE + name + "\uFDD1";
    }

    private static int highestId(JsonNode vocabulary) {
        if (vocabulary.isArray()) {
            return vocabulary.size() - 1;
        }
        int highest = -1;
        for (JsonNode id : vocabulary) {
            highest = Math.max(highest, id.asInt());
        }
        return highest;
    }

    private static void rename(ObjectNode model, String spelling, String hidden) {
        if (model.path("unk_token").asText().equals(spelling)) {
            model.put("unk_token", hidden);
        }
        if (model.get("vocab") instanceof ObjectNode vocabulary && vocabulary.has(spelling)) {
            vocabulary.set(hidden, vocabulary.remove(spelling));
        } else if (model.get("vocab") instanceof ArrayNode pieces) {
            for (JsonNode piece : pieces) {
                if (piece instanceof ArrayNode pair && pair.path(0).asText().equals(spelling)) {
                    pair.set(0, hidden);
                }
            }
        }
    }

    private static boolean prefixesSpace(ObjectNode tokenizer) {
        JsonNode preTokenizer = tokenizer.path("pre_tokenizer");
        boolean metaspace = preTokenizer.path("type").asText().equals("Metaspace")
                && !preTokenizer.path("prepend_scheme").asText("always").equals("never");
        return metaspace || tokenizer.path("normalizer").toString().contains("\"Prepend\"");
    }
}
