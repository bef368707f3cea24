// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A byte-level tokenizer with one token per byte, and special tokens as a test needs them. */
final class SmallTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SmallTokenizer() {}

    /** Writes tokenizer.json and tokenizer_config.json into a folder. */
    static Path write(Path folder, Map<String, Integer> special, Map<String, String> config) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("normalizer");
        root.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        int id = 0;
        for (int b = 0; b < 256; b++) {
            vocabulary.put(String.valueOf(visible(b)), id++);
        }
        model.putArray("merges");
        ArrayNode added = root.putArray("added_tokens");
        special.forEach((spelling, number) -> added.addObject()
                .put("id", number)
                .put("content", spelling)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
        Files.writeString(folder.resolve("tokenizer_config.json"), JSON.writeValueAsString(config));
        return Files.writeString(folder.resolve("tokenizer.json"), root.toString());
    }

    /** GPT-2's letters for bytes: printable ones stand for themselves, the others follow after 255. */
    private static char visible(int wanted) {
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            char letter = (char) (printable ? b : next++);
            if (b == wanted) {
                return letter;
            }
        }
        throw new IllegalArgumentException("no byte: " + wanted);
    }
}
