// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A {@code tokenizer.json}, prepared so that control tokens in a text stay text: the library would turn {@code <|eot_id|>} in a record
 * into the token that ends a turn, and has no switch for it. Therefore each control token gets a spelling that no text can have, and
 * keeps everything else that the file says of it.
 *
 * <p>Control tokens are those that the file calls special, and other added tokens that a chat template writes or that look like them:
 * DeepSeek's role marks are added, and not special.
 *
 * @param json the prepared content
 * @param specialTokens ids of control tokens by spelling
 * @param skipped those of them that are left out where ids are made text again
 * @param vocabularySize one more than the highest id
 * @param prefixesSpace whether the tokenizer puts a blank before each text it is given, as SentencePiece does
 * @param whole whether the library knows the control tokens by their hidden spellings, so that a text with them can be given to it as a
 *     whole; else it is cut at them
 */
record TokenizerFile(
        String json,
        Map<String, Integer> specialTokens,
        Set<String> skipped,
        int vocabularySize,
        boolean prefixesSpace,
        boolean whole) {
    static final String NAME = "tokenizer.json";

    /** Characters of a token. The work for one grows with their square, and the longest of known vocabularies are 128 blanks. */
    static final int LONGEST_TOKEN = 1000;

    private static final int HIGHEST_ID = 100_000_000;
    private static final Pattern MARKUP = Pattern.compile("<[|\uFF5C].*[|\uFF5C]>");

    /** Drawn at random in each process, so that no record can contain it. */
    private static final String NONCE = new BigInteger(128, new SecureRandom()).toString(36);

    /**
     * Reads a file.
     *
     * @param chatTemplate what is written in it are control tokens
     * @throws UserException if the file is missing or broken
     */
    static TokenizerFile read(Path file, String chatTemplate) {
        if (!Files.exists(file)) {
            throw new DataException("there is no " + file
                    + "; it comes with the model on the hub (as tokenizer.json): put it there, or set tokenizer.path");
        }
        try {
            JsonNode root = JsonFiles.read(file);
            if (!(root instanceof ObjectNode tokenizer) || !(root.path("model") instanceof ObjectNode)) {
                throw new DataException(file + " is not a tokenizer: it has no \"model\"; download it again");
            }
            return prepare(file, tokenizer, chatTemplate);
        } catch (IOException e) {
            throw new DataException(file + " " + JsonFiles.problem(e, "download it again"), e);
        }
    }

    static TokenizerFile prepare(Path file, ObjectNode tokenizer, String chatTemplate) {
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        int highest = highestId(model.path("vocab"));
        // The library counts added tokens on from the vocabulary, in the order of the list.
        if (tokenizer.get("added_tokens") instanceof ArrayNode added) {
            List<JsonNode> byId = new ArrayList<>();
            added.forEach(byId::add);
            byId.sort(Comparator.comparingInt(token -> token.path("id").asInt()));
            added.removeAll().addAll(byId);
        }
        Map<String, Integer> control = new LinkedHashMap<>();
        Set<String> special = new HashSet<>();
        Map<String, String> hidden = new HashMap<>();
        for (JsonNode added : tokenizer.path("added_tokens")) {
            int id = added.path("id").asInt();
            highest = Math.max(highest, id);
            String spelling = added.path("content").asText();
            if (id < 0 || spelling.isEmpty()) {
                throw new DataException(file + " is damaged: its added token " + id + " '" + spelling
                        + "' has a number below 0 or no text; download it again");
            }
            boolean isSpecial = added.path("special").asBoolean();
            if ((isSpecial || isControl(spelling, chatTemplate)) && added instanceof ObjectNode token) {
                control.put(spelling, id);
                hidden.put(spelling, hidden(String.valueOf(id)));
                token.put("content", hidden.get(spelling));
                if (isSpecial) {
                    special.add(spelling);
                }
            }
        }
        if (highest > HIGHEST_ID) {
            throw new DataException(
                    file + " is damaged: it has a token of the number " + highest + "; download it again");
        }
        rename(model, hidden);
        boolean prefixes = prefixesSpace(tokenizer);
        // It adds special tokens, which the formats do here.
        tokenizer.putNull("post_processor");
        tokenizer.putNull("truncation");
        tokenizer.putNull("padding");
        return new TokenizerFile(tokenizer.toString(), control, special, highest + 1, prefixes, true);
    }

    /** Whether an added token that is not special is more than a word. */
    /** Whether an added token that is not called special is a control token. */
    static boolean isControl(String spelling, String chatTemplate) {
        return MARKUP.matcher(spelling).matches()
                || spelling.codePoints().anyMatch(c -> "<>[]|\uFF5C".indexOf(c) >= 0)
                        && chatTemplate.contains(spelling);
    }

    /** A spelling that no text can have. */
    static String hidden(String name) {
        return "\uFDD0" + NONCE + name + "\uFDD1";
    }

    /** A text in which control tokens have their own spellings again. */
    String spelled(String text) {
        if (text.indexOf('\uFDD0') < 0) {
            return text;
        }
        String shown = text;
        for (Map.Entry<String, Integer> token : specialTokens.entrySet()) {
            shown = shown.replace(hidden(String.valueOf(token.getValue())), token.getKey());
        }
        return shown;
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

    private static void rename(ObjectNode model, Map<String, String> hidden) {
        String unknown = model.path("unk_token").asText();
        if (hidden.containsKey(unknown)) {
            model.put("unk_token", hidden.get(unknown));
        }
        if (model.get("vocab") instanceof ObjectNode vocabulary) {
            hidden.forEach((spelling, spelledOtherwise) -> {
                if (vocabulary.has(spelling)) {
                    vocabulary.set(spelledOtherwise, vocabulary.remove(spelling));
                }
            });
            unmerge(model, hidden.keySet());
        } else if (model.get("vocab") instanceof ArrayNode pieces) {
            for (JsonNode piece : pieces) {
                if (piece instanceof ArrayNode pair
                        && hidden.containsKey(pair.path(0).asText())) {
                    pair.set(0, hidden.get(pair.path(0).asText()));
                }
            }
        }
    }

    /** Takes out the merges that would make a control token of a text's parts. */
    private static void unmerge(ObjectNode model, Set<String> control) {
        if (!(model.get("merges") instanceof ArrayNode merges)) {
            return;
        }
        List<JsonNode> kept = new ArrayList<>(merges.size());
        for (JsonNode merge : merges) {
            String[] parts = merge.isTextual()
                    ? merge.asText().split(" ", 2)
                    : new String[] {merge.path(0).asText(), merge.path(1).asText()};
            boolean touches = parts.length == 2
                    && (control.contains(parts[0])
                            || control.contains(parts[1])
                            || control.contains(parts[0] + parts[1]));
            if (!touches) {
                kept.add(merge);
            }
        }
        merges.removeAll().addAll(kept);
    }

    private static boolean prefixesSpace(ObjectNode tokenizer) {
        JsonNode preTokenizer = tokenizer.path("pre_tokenizer");
        boolean metaspace = preTokenizer.path("type").asText().equals("Metaspace")
                && !preTokenizer.path("prepend_scheme").asText("always").equals("never");
        return metaspace || tokenizer.path("normalizer").toString().contains("\"Prepend\"");
    }
}
