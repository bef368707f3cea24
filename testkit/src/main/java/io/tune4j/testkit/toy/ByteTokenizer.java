// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** One token per byte, between a beginning and an end token. */
public final class ByteTokenizer implements Tokenizer {
    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int FIRST_BYTE = 3;

    /** The number of ids. */
    public static final int VOCABULARY = FIRST_BYTE + 256;

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = FIRST_BYTE + (bytes[i] & 0xff);
        }
        return ids;
    }

    @Override
    public String identity() {
        return "bytes";
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        int length = 0;
        for (int id : ids) {
            if (id >= FIRST_BYTE) {
                bytes[length++] = (byte) (id - FIRST_BYTE);
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public TokenizedSample encodeMessages(String id, List<Message> messages) {
        int length = 2
                + messages.stream()
                        .mapToInt(message -> encode(message.content()).length)
                        .sum();
        int[] tokens = new int[length];
        float[] weights = new float[length];
        tokens[0] = BEGIN;
        int at = 1;
        for (Message message : messages) {
            for (int token : encode(message.content())) {
                tokens[at] = token;
                weights[at++] = message.weight();
            }
        }
        tokens[at] = END;
        weights[at] = messages.get(messages.size() - 1).weight();
        return new TokenizedSample(id, tokens, weights);
    }

    @Override
    public TokenizedSample encodeText(String id, String text, boolean withEnd) {
        int[] body = encode(text);
        int[] tokens = new int[body.length + (withEnd ? 2 : 1)];
        tokens[0] = BEGIN;
        System.arraycopy(body, 0, tokens, 1, body.length);
        if (withEnd) {
            tokens[tokens.length - 1] = END;
        }
        boolean[] trained = new boolean[tokens.length];
        Arrays.fill(trained, true);
        return new TokenizedSample(id, tokens, trained);
    }

    @Override
    public int[] encodePrompt(List<Message> messages) {
        int[] whole = encodeMessages("prompt", messages).tokens();
        return Arrays.copyOf(whole, whole.length - 1);
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public boolean isEnd(int id) {
        return id == END;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
