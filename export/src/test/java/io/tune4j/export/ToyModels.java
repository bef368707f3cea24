// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden models of the recipes' tests as whole folders: with a tokenizer of bytes. */
public final class ToyModels {
    public static final Path GOLDEN = Path.of("../recipes/src/test/resources/golden");
    public static final Path QUICKSTART = Path.of("../configs/src/main/resources/quickstart/model");

    private static final int PRINTABLE = 256;

    private ToyModels() {}

    /** A copy of a golden model with a tokenizer. */
    public static Path copy(String name, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(GOLDEN.resolve(name).resolve(file), folder.resolve(file));
        }
        ObjectNode tokenizer = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        tokenizer
                .putArray("added_tokens")
                .addObject()
                .put("id", 0)
                .put("content", "</s>")
                .put("special", true);
        tokenizer.putObject("pre_tokenizer").put("type", "ByteLevel").put("use_regex", true);
        ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab").put("</s>", 0);
        for (int i = 0; i < PRINTABLE; i++) {
            vocabulary.put(String.valueOf((char) (PRINTABLE + i)), i + 1);
        }
        model.putArray("merges").add("\u0101 \u0102");
        vocabulary.put("\u0101\u0102", PRINTABLE + 1);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.put("eos_token", "</s>").put("chat_template", "{{ messages[0].content }}");
        Files.writeString(folder.resolve("tokenizer_config.json"), settings.toString());
        return folder;
    }

    /** A copy of the adapter of a golden model. */
    public static Path adapter(String name, String kind, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(GOLDEN.resolve(name).resolve(kind).resolve(file), folder.resolve(file));
        }
        return folder;
    }

    /** Changes a key of an adapter's config. */
    public static void set(Path adapter, String key, String json) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path file = adapter.resolve("adapter_config.json");
        ObjectNode config = (ObjectNode) mapper.readTree(file.toFile());
        config.set(key, mapper.readTree(json));
        Files.writeString(file, config.toString());
    }
}
