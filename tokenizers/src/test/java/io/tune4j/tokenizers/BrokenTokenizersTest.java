// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tune4j.api.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vocabularies in binary and in text that are broken in ways a hash sum would have told. */
class BrokenTokenizersTest {
    @TempDir
    Path folder;

    private void assertRefused(byte[] content, String because) throws IOException {
        Path file = Files.write(folder.resolve("tokenizer.model"), content);
        assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(5), () -> TokenizerSource.read(file)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("tokenizer.model")
                .hasMessageContaining(because);
    }

    /** A field of bytes. */
    static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(number << 3 | 2);
        for (int rest = content.length; ; rest >>>= 7) {
            if (rest < 0x80) {
                bytes.write(rest);
                break;
            }
            bytes.write(rest & 0x7f | 0x80);
        }
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    static byte[] piece(String text, int type) {
        return field(1, joined(field(1, text.getBytes(StandardCharsets.UTF_8)), new byte[] {3 << 3, (byte) type}));
    }

    /** The kind of the model, and the number of the unknown token. */
    static byte[] trainer(int model, int unknown) {
        return field(2, new byte[] {3 << 3, (byte) model, (byte) 0xC0, 2, (byte) unknown});
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    static byte[] whole(int model, String... texts) {
        byte[][] pieces = Arrays.stream(texts).map(text -> piece(text, 1)).toArray(byte[][]::new);
        return joined(piece("<unk>", 2), piece("<s>", 3), piece("</s>", 3), joined(pieces), trainer(model, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void piecesOfSentencePiece(int model) throws IOException {
        Path file = Files.write(folder.resolve("whole.model"), whole(model, "a", "b", "ab"));
        assertThat(TokenizerSource.read(file).file().vocabularySize()).isEqualTo(6);
        assertRefused(whole(model, "a", ""), "token 4 is empty");
        assertRefused(whole(model, "a", "a"), "earlier token");
        assertRefused(whole(model, "a".repeat(1_000_000)), "1000000 characters");
        assertRefused(joined(whole(model, "a"), trainer(model, 100)), "token 100");
        assertRefused(joined(whole(model, "a"), trainer(9, 0)), "unigram and BPE");
    }

    @Test
    void anyCutOfAFile() throws IOException {
        byte[] whole = whole(2, "a", "b", "ab");
        for (int length = 1; length < whole.length; length++) {
            Path file = Files.write(folder.resolve("tokenizer.model"), Arrays.copyOf(whole, length));
            try {
                TokenizerSource.read(file);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("tokenizer.model");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"IQ== -1", "IQ== 128000", "IQ== 99999999999", "IQ==", "IQ== x", "IQ== 0\nIQ== 1", "= 1"})
    void linesOfTiktoken(String lines) throws IOException {
        assertRefused(("Ig== 5\n" + lines + "\n").getBytes(StandardCharsets.UTF_8), "line ");
    }

    @Test
    void longTokensOfTiktoken() throws IOException {
        String token = Base64.getEncoder().encodeToString(new byte[1_000_000]);
        assertRefused(("Ig== 5\n" + token + " 6\n").getBytes(StandardCharsets.UTF_8), "line 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": -1, \"content\": \"<a>\", \"special\": true}",
                "{\"id\": 1, \"content\": \"\", \"special\": true}",
                "{\"id\": 2147483647, \"content\": \"<a>\", \"special\": true}",
                "7"
            })
    void addedTokens(String token) throws IOException {
        Path file = Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"added_tokens\": [" + token
                        + "]}");
        assertThatThrownBy(() -> TokenizerSource.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("tokenizer.json");
    }
}
