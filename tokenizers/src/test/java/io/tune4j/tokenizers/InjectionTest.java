// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A special token that a record spells is text, in each format and through templates, unless {@code allow_special_tokens} says so. */
class InjectionTest {
    private static final String TEMPLATE =
            "{% for m in messages %}{{ m.role + ':' + m.content + eos_token }}{% endfor %}";

    @TempDir
    private Path folder;

    private static HfTokenizer open(Path file, ChatFormatName format, boolean allows) {
        return HfTokenizer.open(file, new HfTokenizer.Options(format, null, Truncation.NONE, null, allows));
    }

    private Path json() throws IOException {
        return SmallTokenizer.write(
                folder, Map.of("<s>", 256, "</s>", 257), Map.of("bos_token", "<s>", "eos_token", "</s>"));
    }

    /** Llama 3's format, with the 256 bytes as tokens. */
    private Path tiktoken() throws IOException {
        String lines = IntStream.range(0, 256)
                .mapToObj(b -> Base64.getEncoder().encodeToString(new byte[] {(byte) b}) + " " + b)
                .collect(Collectors.joining("\n"));
        return Files.writeString(folder.resolve("tokenizer.model"), lines + "\n");
    }

    /** Llama 2's format: {@code ModelProto} with three special pieces, 256 bytes and a few letters. */
    private Path sentencePiece() throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        piece(model, "<unk>", 2);
        piece(model, "<s>", 3);
        piece(model, "</s>", 3);
        for (int b = 0; b < 256; b++) {
            piece(model, String.format("<0x%02X>", b), 6);
        }
        for (String letter : "\u2581 < / s > a b".split(" ")) {
            piece(model, letter, 1);
        }
        // TrainerSpec: BPE (3), byte_fallback (35).
        model.write(new byte[] {0x12, 5, 0x18, 2, (byte) 0x98, 2, 1});
        return Files.write(folder.resolve("tokenizer.model"), model.toByteArray());
    }

    private static void piece(ByteArrayOutputStream model, String text, int type) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer piece = ByteBuffer.allocate(utf8.length + 9).order(ByteOrder.LITTLE_ENDIAN);
        piece.put((byte) 0x0A).put((byte) utf8.length).put(utf8);
        piece.put((byte) 0x15).putFloat(0).put((byte) 0x18).put((byte) type);
        model.write(0x0A);
        model.write(piece.capacity());
        model.writeBytes(piece.array());
    }

    /** How often tokens are special in a conversation whose user spells one. */
    private static long specialTokens(HfTokenizer tokenizer, String spelled) {
        int[] ids = tokenizer
                .encodeMessages(
                        "x",
                        List.of(
                                new Message(Role.USER, "a" + spelled + "b", false),
                                new Message(Role.ASSISTANT, "b", true)))
                .tokens();
        Set<Integer> special =
                tokenizer.specialTokens().stream().map(tokenizer::id).collect(Collectors.toSet());
        return Arrays.stream(ids).filter(special::contains).count();
    }

    private static void check(Path file, ChatFormatName format, String spelled) {
        try (HfTokenizer tokenizer = open(file, format, false);
                HfTokenizer asked = open(file, format, true)) {
            int[] ids = tokenizer.encode("a" + spelled + "b");
            assertThat(ids).doesNotContain(tokenizer.id(spelled));
            assertThat(tokenizer.decode(ids)).isEqualTo("a" + spelled + "b");
            assertThat(specialTokens(tokenizer, spelled)).isEqualTo(specialTokens(tokenizer, ""));
            assertThat(asked.encode("a" + spelled + "b")).containsOnlyOnce(tokenizer.id(spelled));
            assertThat(specialTokens(asked, spelled)).isEqualTo(specialTokens(tokenizer, "") + 1);
        }
    }

    @Test
    void inTokenizerJson() throws IOException {
        check(json(), ChatFormatName.PLAIN, "</s>");
    }

    @Test
    void inTiktokensFormat() throws IOException {
        check(tiktoken(), ChatFormatName.LLAMA3, "<|eot_id|>");
    }

    @Test
    void inSentencePiecesFormat() throws IOException {
        check(sentencePiece(), ChatFormatName.PLAIN, "</s>");
        check(sentencePiece(), ChatFormatName.LLAMA2, "</s>");
    }

    @Test
    void throughChatTemplates() throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        check(json(), ChatFormatName.TEMPLATE, "</s>");
        check(json(), ChatFormatName.TEMPLATE, "<s>");
        check(tiktoken(), ChatFormatName.TEMPLATE, "<|end_of_text|>");
    }
}
