// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Utils;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.NativeLoading;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Hugging Face's tokenizers library. Its Java class copies nine arrays of each text, among them a string for each token; here only those
 * that are needed cross the border, which halves the time for short texts.
 */
final class LibraryTokenizer implements AutoCloseable {
    /** Characters of a text, at most: ten books. The library ends the process where the memory for a longer one is missing. */
    private static final int LONGEST = 10_000_000;

    /** The size of the library on disk. */
    private static final long UNPACKED_BYTES = 16L << 20;

    private static final Map<String, String> SWITCHES =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer library;

    private LibraryTokenizer(HuggingFaceTokenizer library) {
        this.library = library;
    }

    /**
     * Tokens of a text.
     *
     * @param ids of the tokens
     * @param spans the code points of the text that each token stands for; an element is null for a token that stands for none
     */
    record Spans(long[] ids, CharSpan[] spans) {}

    /**
     * Makes a tokenizer of a {@code tokenizer.json}.
     *
     * @throws ResourceException if the library itself cannot be loaded
     */
    static LibraryTokenizer of(String json) throws IOException {
        TokenizerLibrary.prepare();
        requireLibrary();
        return new LibraryTokenizer(HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), SWITCHES));
    }

    private static void requireLibrary() {
        try {
            LibUtils.checkStatus();
        } catch (LinkageError | RuntimeException e) {
            Path folder = Utils.getEngineCacheDir("tokenizers");
            String cause = NativeLoading.cause(e, folder, UNPACKED_BYTES, "DJL_CACHE_DIR=/another/folder");
            throw new ResourceException(
                    "the tokenizers' native library cannot be loaded from " + folder + ": "
                            + (cause == null
                                    ? e + ".\nNext: the plugin folder tokenizers must hold the tokenizers jar of this"
                                            + " platform; build the distribution on it."
                                    : cause),
                    e);
        }
    }

    long[] ids(String text) {
        long encoding = encode(text);
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    Spans spans(String text) {
        long encoding = encode(text);
        try {
            return new Spans(
                    TokenizersLibrary.LIB.getTokenIds(encoding), TokenizersLibrary.LIB.getTokenCharSpans(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private long encode(String text) {
        if (text.length() > LONGEST) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "a text of %,d characters is too long: %,d are tokenized at most",
                    text.length(),
                    LONGEST));
        }
        return TokenizersLibrary.LIB.encode(library.getHandle(), text, false);
    }

    String decode(long[] ids) {
        return library.decode(ids, false);
    }

    @Override
    public void close() {
        library.close();
    }
}
