// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static io.tune4j.tokenizers.BrokenTokenizersTest.field;
import static io.tune4j.tokenizers.BrokenTokenizersTest.joined;
import static io.tune4j.tokenizers.BrokenTokenizersTest.piece;
import static io.tune4j.tokenizers.BrokenTokenizersTest.trainer;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceFileTest {
    private static final int NORMAL = 1;
    private static final int USER_DEFINED = 4;

    @TempDir
    Path folder;

    /** As Gemma's file has them: runs of line ends and of blanks, and tags. */
    @Test
    void piecesOfTheUserComeBeforeMerges() throws IOException {
        byte[] model = joined(
                piece("<unk>", 2),
                piece("<s>", 3),
                piece("</s>", 3),
                piece("\n\n", USER_DEFINED),
                piece("\u2581\u2581", USER_DEFINED),
                piece("<b>", USER_DEFINED),
                piece("\n", NORMAL),
                piece("\u2581", NORMAL),
                piece("a", NORMAL),
                piece("<", NORMAL),
                trainer(2, 0),
                // Neither a blank before the text nor blanks taken out.
                field(3, new byte[] {3 << 3, 0, 4 << 3, 0}));
        Path file = Files.write(folder.resolve("tokenizer.model"), model);
        try (HfTokenizer tokenizer = HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.PLAIN, null))) {
            assertThat(tokenizer.encode("a\n\n\na")).containsExactly(8, 3, 6, 8);
            assertThat(tokenizer.encode("a   a ")).containsExactly(8, 4, 7, 8, 7);
            assertThat(tokenizer.encode("<<b>a")).containsExactly(9, 5, 8);
            assertThat(tokenizer.decode(new int[] {8, 4, 7, 5, 3})).isEqualTo("a   <b>\n\n");
        }
    }

    /** As with Phi-3, whose tokenizer.model is Llama 2's. */
    @Test
    void laterTokensComeFromTheConfigBesideIt() throws IOException {
        Path file = Files.write(folder.resolve("tokenizer.model"), BrokenTokenizersTest.whole(2, "a", "\u2581", "b"));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"eos_token\": \"<|endoftext|>\", \"chat_template\": \"{{ messages[0].content }}\","
                        + " \"added_tokens_decoder\": {\"2\": {\"content\": \"</s>\"},"
                        + " \"6\": {\"content\": \"<|endoftext|>\", \"special\": true},"
                        + " \"7\": {\"content\": \"<|end|>\"}, \"8\": {\"content\": \"ab\"}}}");
        TokenizerSource source = TokenizerSource.read(file);
        assertThat(source.settings().eos()).isEqualTo("<|endoftext|>");
        assertThat(source.settings().bos()).isEqualTo("<s>");
        assertThat(source.settings().chatTemplate()).isNotEmpty();
        assertThat(source.file().vocabularySize()).isEqualTo(9);
        assertThat(source.file().specialTokens())
                .containsEntry("<|endoftext|>", 6)
                .containsEntry("<|end|>", 7);
        try (HfTokenizer tokenizer = HfTokenizer.open(file, HfTokenizerTest.options(ChatFormatName.PLAIN, null))) {
            assertThat(tokenizer.encode("aab")).containsExactly(4, 3, 8);
        }
    }
}
