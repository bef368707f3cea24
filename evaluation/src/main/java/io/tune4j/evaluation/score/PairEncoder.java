// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.score;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens as EleutherAI's harness makes them: a context and its continuation are tokenized together, and divided where the context alone
 * ends. Blanks at the end of the context belong to the continuation.
 */
public final class PairEncoder {
    private final Tokenizer tokenizer;
    private final boolean begins;
    private final int longest;
    private final int[] beginning;
    private final int end;

    /**
     * @param begins whether texts begin with the tokenizer's beginning token
     * @param longest the most tokens that the model reads at a time
     */
    public PairEncoder(Tokenizer tokenizer, boolean begins, int longest) {
        this.tokenizer = tokenizer;
        this.begins = begins;
        this.longest = longest;
        int[] plain = tokenizer.encode("a");
        int[] whole = tokenizer.encodeText("beginning", "a", false).tokens();
        this.beginning = Arrays.copyOf(whole, Math.max(0, whole.length - plain.length));
        int[] ended = tokenizer.encodeText("end", "a", true).tokens();
        this.end = ended[ended.length - 1];
    }

    /** The token that stands for an empty context: the beginning, or the end where there is no beginning. */
    private int prefix() {
        return beginning.length > 0 ? beginning[beginning.length - 1] : end;
    }

    private int[] encode(String text) {
        int[] tokens = tokenizer.encode(text);
        if (!begins || beginning.length == 0) {
            return tokens;
        }
        int[] whole = Arrays.copyOf(beginning, beginning.length + tokens.length);
        System.arraycopy(tokens, 0, whole, beginning.length, tokens.length);
        return whole;
    }

    /** The tokens of a prompt, shortened at its beginning so that so many more fit. */
    public int[] prompt(String text, int room) {
        int[] tokens = encode(text);
        int kept = Math.max(1, longest - room);
        int[] whole = tokens.length == 0 ? new int[] {prefix()} : tokens;
        return whole.length <= kept ? whole : Arrays.copyOfRange(whole, whole.length - kept, whole.length);
    }

    /**
     * A pair.
     *
     * @param id of the record, for messages
     * @throws DataException if the continuation has no token
     */
    public TokenPair pair(String context, String continuation, String id) {
        if (context.isEmpty()) {
            int[] tokens = tokenizer.encode(continuation);
            requireTokens(tokens, id);
            return tokens[0] == prefix() && tokens.length > 1
                    ? fitted(tokens, 1)
                    : fitted(joined(new int[] {prefix()}, tokens), 1);
        }
        String stripped = context.replaceFirst("\\s+$", "");
        String moved = context.substring(stripped.length()) + continuation;
        int[] whole = encode(stripped + moved);
        int from = encode(stripped).length;
        if (whole.length <= from) {
            requireTokens(new int[0], id);
        }
        // A context of blanks alone leaves nothing before the continuation.
        return from == 0 ? fitted(joined(new int[] {prefix()}, whole), 1) : fitted(whole, from);
    }

    private static void requireTokens(int[] tokens, String id) {
        if (tokens.length == 0) {
            throw new DataException(
                    "record " + id + ": a continuation has no tokens; check doc_to_choice and doc_to_target");
        }
    }

    private static int[] joined(int[] first, int[] second) {
        int[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }

    /** The last tokens that the model can read, and the one that it predicts after them. */
    private TokenPair fitted(int[] whole, int from) {
        int start = Math.max(0, whole.length - (longest + 1));
        int divide = Math.max(start + 1, from);
        return new TokenPair(Arrays.copyOfRange(whole, start, divide), Arrays.copyOfRange(whole, divide, whole.length));
    }

    /**
     * A whole text in windows that a model can read. Each token is predicted once, in the window that has most of what precedes it.
     */
    public List<TokenPair> windows(String text) {
        int[] tokens = encode(text);
        List<TokenPair> windows = new ArrayList<>();
        if (tokens.length == 0) {
            return windows;
        }
        int predicted = Math.min(longest, tokens.length);
        windows.add(new TokenPair(new int[] {prefix()}, Arrays.copyOf(tokens, predicted)));
        while (predicted < tokens.length) {
            int count = Math.min(tokens.length - predicted, longest);
            int to = predicted + count;
            windows.add(new TokenPair(
                    Arrays.copyOfRange(tokens, Math.max(0, to - longest - 1), predicted),
                    Arrays.copyOfRange(tokens, predicted, to)));
            predicted = to;
        }
        return windows;
    }
}
