package io.tune4j.models.llama.tokenizer;

import java.util.Arrays;

/** Tokens and their training marks, growing. */
final class TokenBuilder {
    private int[] tokens = new int[256];
    private boolean[] trained = new boolean[256];
    private int size;

    void add(int token, boolean isTrained) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
            trained = Arrays.copyOf(trained, 2 * size);
        }
        tokens[size] = token;
        trained[size++] = isTrained;
    }

    void addAll(int[] more, boolean areTrained) {
        for (int token : more) {
            add(token, areTrained);
        }
    }

    int size() {
        return size;
    }

    /** Keeps so many; the last of them becomes the end token, if there is one. */
    void truncate(Truncation limit, int end, boolean endIsTrained) {
        if (size <= limit.length()) {
            return;
        }
        if (limit.left()) {
            System.arraycopy(tokens, size - limit.length(), tokens, 0, limit.length());
            System.arraycopy(trained, size - limit.length(), trained, 0, limit.length());
        }
        size = limit.length();
        if (end >= 0 && tokens[size - 1] != end) {
            tokens[size - 1] = end;
            trained[size - 1] = endIsTrained;
        }
    }

    int[] tokens() {
        return Arrays.copyOf(tokens, size);
    }

    boolean[] trained() {
        return Arrays.copyOf(trained, size);
    }
}
