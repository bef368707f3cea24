// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The added tokens of a tokenizer.json are tokens in the texts of templates, and text in records. */
class AddedTokensTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    /** A tokenizer with added tokens that end with {@code </s>}, whose file is changed before it is read. */
    private HfTokenizer open(String template, Consumer<ObjectNode> change, String... added) throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (String token : added) {
            ids.put(token, 256 + ids.size());
        }
        ids.put("</s>", 256 + ids.size());
        Path file = SmallTokenizer.write(folder, ids, Map.of("eos_token", "</s>", "chat_template", template));
        ObjectNode root = (ObjectNode) JSON.readTree(Files.readString(file));
        change.accept(root);
        Files.writeString(file, root.toString());
        return HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.TEMPLATE, null));
    }

    private static void set(ObjectNode root, String token, String flag, boolean value) {
        for (JsonNode added : root.get("added_tokens")) {
            if (added.get("content").asText().equals(token)) {
                ((ObjectNode) added).put(flag, value);
            }
        }
    }

    private static String shown(HfTokenizer tokenizer, String user, String assistant) {
        return Shown.of(
                tokenizer,
                tokenizer.encodeMessages(
                        "x",
                        List.of(new Message(Role.USER, user, false), new Message(Role.ASSISTANT, assistant, true))));
    }

    @Test
    void marksThatAreNotSpecialAreTheTemplatesAlone() throws IOException {
        String mark = "<\uFF5CUser\uFF5C>";
        String template = "{% for m in messages %}{% if m.role == 'user' %}{{ '" + mark + "' + m.content }}{% else %}"
                + "{{ '[A]' + m.content + eos_token }}{% endif %}{% endfor %}";
        Consumer<ObjectNode> none =
                root -> List.of(mark, "[A]", "[B]", "word").forEach(token -> set(root, token, "special", false));
        try (HfTokenizer tokenizer = open(template, none, mark, "[A]", "[B]", "word")) {
            assertThat(shown(tokenizer, mark + "[A]", "a" + mark))
                    .isEqualTo("{" + mark + "}" + mark + "[A]{[A]}\u27E8a" + mark + "{</s>}\u27E9");
            assertThat(tokenizer.encode("a word [B]"))
                    .as("added words of a text")
                    .contains(258, 259)
                    .doesNotContain(256, 257);
            assertThat(tokenizer.decode(new int[] {256, 257}))
                    .as("not special, so shown")
                    .isEqualTo(mark + "[A]");
        }
    }

    @Test
    void tokensTakeTheBlanksBesideThem() throws IOException {
        String template = "{% for m in messages %}{{ m.content + ' <|l|> b <|r|> c' + eos_token }}{% endfor %}";
        Consumer<ObjectNode> strips = root -> {
            set(root, "<|l|>", "lstrip", true);
            set(root, "<|r|>", "rstrip", true);
        };
        try (HfTokenizer tokenizer = open(template, strips, "<|l|>", "<|r|>")) {
            assertThat(shown(tokenizer, "x", "y"))
                    .startsWith("x{<|l|>} b {<|r|>}c{</s>}")
                    .contains("y{<|l|>} b {<|r|>}c");
        }
    }

    @Test
    void theLongestTokenIsMeant() throws IOException {
        String template = "{% for m in messages %}{{ '<|t|><|t|>+' + m.content + eos_token }}{% endfor %}";
        try (HfTokenizer tokenizer = open(template, root -> {}, "<|t|>", "<|t|>+")) {
            assertThat(shown(tokenizer, "x", "y")).startsWith("{<|t|>}{<|t|>+}x{</s>}");
        }
    }

    @Test
    void aTokenCountsIfAnyOfItsCharactersDoes() throws IOException {
        Consumer<ObjectNode> merges = root -> {
            ObjectNode vocabulary = (ObjectNode) root.at("/model/vocab");
            vocabulary.put("\u0120Y", 256).put("o!", 257);
            root.withArray("/model/merges").add("\u0120 Y").add("o !");
            for (JsonNode added : root.get("added_tokens")) {
                ((ObjectNode) added).put("id", added.get("id").asInt() + 2);
            }
        };
        String template = "{% for m in messages %}{{ m.role + ': ' + m.content + '!' + eos_token }}{% endfor %}"
                + "{% if add_generation_prompt %}assistant: {% endif %}";
        try (HfTokenizer tokenizer = open(template, merges, "<|a|>")) {
            assertThat(shown(tokenizer, "Hi", "Yo"))
                    .as("a token of the header's blank and the answer's first letter")
                    .isEqualTo("user: Hi!{</s>}assistant:\u27E8 Yo!{</s>}\u27E9");
            Message asked = new Message(Role.USER, "Yo", true);
            Message answer = new Message(Role.ASSISTANT, "x", false);
            assertThat(Shown.of(tokenizer, tokenizer.encodeMessages("x", List.of(asked, answer))))
                    .as("a token of the last letter and the template's sign")
                    .startsWith("user:\u27E8 Yo!\u27E9{</s>}");
        }
    }

    @Test
    void metaspaceMayStandAtTheBeginningAlone() throws IOException {
        for (String scheme : List.of("first", "always", "never")) {
            Consumer<ObjectNode> metaspace = root -> {
                root.putObject("pre_tokenizer")
                        .put("type", "Metaspace")
                        .put("replacement", "\u2581")
                        .put("prepend_scheme", scheme)
                        .put("split", false);
                root.putObject("decoder")
                        .put("type", "Metaspace")
                        .put("replacement", "\u2581")
                        .put("prepend_scheme", "never")
                        .put("split", false);
                ((ObjectNode) root.at("/model/vocab")).put("\u2581", 256);
                for (JsonNode added : root.get("added_tokens")) {
                    ((ObjectNode) added).put("id", added.get("id").asInt() + 1);
                }
            };
            String template = "{% for m in messages %}{{ m.content + '<|t|>' }}{% endfor %}";
            try (HfTokenizer tokenizer = open(template, metaspace, "<|t|>")) {
                String first = scheme.equals("never") ? "" : " ";
                String next = scheme.equals("always") ? " " : "";
                assertThat(shown(tokenizer, "a b", "c").replaceAll("[\u27E8\u27E9]", ""))
                        .as(scheme)
                        .isEqualTo(first + "a b{<|t|>}" + next + "c{<|t|>}");
                int[] part = tokenizer.encodePart("c", false);
                assertThat(tokenizer.decode(part)).isEqualTo(first + "c");
                assertThat(tokenizer.decode(tokenizer.encodePart("c", true))).isEqualTo("c");
            }
        }
    }

    @Test
    void aMessageCannotCompleteATokenOfTheTemplate() throws IOException {
        String template = "{% for m in messages %}{{ m.role + ':<|' + m.content + '|>' + eos_token }}{% endfor %}";
        try (HfTokenizer tokenizer = open(template, root -> {}, "<|t|>")) {
            Message asked = new Message(Role.USER, "t", false);
            Message answer = new Message(Role.ASSISTANT, "t", false);
            assertThat(Shown.of(tokenizer, tokenizer.encodeMessages("x", List.of(asked, answer))))
                    .startsWith("user:<|t|>{</s>}assistant:<|t|>{</s>}");
        }
    }
}
