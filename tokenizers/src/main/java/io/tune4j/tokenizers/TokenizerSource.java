// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.error.DataException;
import io.tune4j.api.io.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * A vocabulary and what is known beside it, from any of the formats: {@code tokenizer.json}, SentencePiece's or tiktoken's {@code
 * tokenizer.model}.
 *
 * @param file the vocabulary, as the library reads it
 * @param settings tokens at the beginning and the end, and the chat template
 */
record TokenizerSource(TokenizerFile file, TokenizerSettings settings) {
    private static final long LARGEST = 64 << 20;

    /** @throws DataException if the file is missing or broken */
    static TokenizerSource read(Path path) {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
        if (path.toString().endsWith(".json")) {
            TokenizerSettings settings = TokenizerSettings.read(folder);
            TokenizerFile file = path.endsWith(MergesFile.NAME)
                    ? MergesFile.read(path, settings.chatTemplate())
                    : TokenizerFile.read(path, settings.chatTemplate());
            return new TokenizerSource(file, settings);
        }
        byte[] content = content(path);
        if (TiktokenFile.matches(content)) {
            TokenizerSettings settings = TokenizerSettings.of(
                    "<|begin_of_text|>",
                    "<|end_of_text|>",
                    "<|finetune_right_pad_id|>",
                    TokenizerSettings.read(folder).chatTemplate());
            return new TokenizerSource(TiktokenFile.read(path, content), settings);
        }
        return SentencePieceFile.read(path, content);
    }

    private static byte[] content(Path path) {
        try {
            if (Files.size(path) > LARGEST) {
                throw new DataException(path + " has " + Sizes.format(Files.size(path))
                        + ", more than any tokenizer; is it the right file?");
            }
            byte[] content = Files.readAllBytes(path);
            if (content.length == 0) {
                throw new DataException(path + " is empty; download it again");
            }
            return content;
        } catch (IOException e) {
            throw new DataException("cannot read the tokenizer " + path + ": " + e.getMessage(), e);
        }
    }

    /** Copies this source with the special tokens of another file. */
    TokenizerSource with(Map<String, Integer> specialTokens) {
        return new TokenizerSource(
                new TokenizerFile(
                        file.json(),
                        specialTokens,
                        specialTokens.keySet(),
                        Math.max(
                                file.vocabularySize(),
                                1
                                        + specialTokens.values().stream()
                                                .mapToInt(Integer::intValue)
                                                .max()
                                                .orElse(-1)),
                        file.prefixesSpace(),
                        false),
                settings);
    }
}
