// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A token that is found in a text before the vocabulary's are.
 *
 * @param special whether the file calls it a control token
 */
record AddedToken(int id, String text, boolean special) {
    private static final int HIGHEST_ID = 100_000_000;

    /**
     * Those that {@code tokenizer_config.json} beside a vocabulary adds to it, such as Phi-3's {@code <|end|>}.
     *
     * @param vocabulary the file
     * @param size tokens that the file has itself, whose numbers are below
     */
    static List<AddedToken> beside(Path vocabulary, int size) {
        Path settings = vocabulary.resolveSibling("tokenizer_config.json");
        if (!Files.exists(settings)) {
            return List.of();
        }
        List<AddedToken> found = new ArrayList<>();
        try {
            JsonFiles.read(settings).path("added_tokens_decoder").properties().forEach(entry -> {
                JsonNode token = entry.getValue();
                String text = token.path("content").asText();
                int id = entry.getKey().matches("\\d{1,9}") ? Integer.parseInt(entry.getKey()) : -1;
                if (id < 0 || id > HIGHEST_ID || text.isEmpty()) {
                    throw new DataException(settings + " is damaged: its added token " + entry.getKey() + " '" + text
                            + "' has no number or no text; download it again");
                }
                if (id >= size) {
                    found.add(new AddedToken(id, text, token.path("special").asBoolean()));
                }
            });
        } catch (IOException e) {
            throw new DataException(settings + " " + JsonFiles.problem(e, "download it again"), e);
        }
        return found;
    }

    /**
     * Adds it to the list of a {@code tokenizer.json}.
     *
     * @param normalized whether it is looked for in the normalized text
     */
    void write(ArrayNode list, boolean normalized) {
        ObjectNode token = list.addObject().put("id", id).put("content", text).put("normalized", normalized);
        for (String flag : new String[] {"single_word", "lstrip", "rstrip"}) {
            token.put(flag, false);
        }
        token.put("special", special);
    }
}
