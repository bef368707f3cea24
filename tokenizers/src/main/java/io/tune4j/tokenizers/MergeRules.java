// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The merges of a byte-pair vocabulary that is given as tokens in the order in which they were learned: whatever two tokens give a
 * third when put together may be merged, the third learned first before all others. As transformers' {@code convert_slow_tokenizer.py}
 * does it for tiktoken and SentencePiece.
 */
final class MergeRules {
    private record Merge(String left, String right, int order) {}

    private MergeRules() {}

    /**
     * Writes the merges, first to last.
     *
     * @param vocabulary ids by token
     * @param merged the tokens that are a merge's result
     * @param order of a token; lower goes first
     */
    static void write(
            Map<String, Integer> vocabulary, Iterable<String> merged, ToIntFunction<String> order, ArrayNode target) {
        List<Merge> merges = new ArrayList<>();
        for (String token : merged) {
            if (token.isEmpty()) {
                continue;
            }
            int priority = order.applyAsInt(token);
            for (int i = token.offsetByCodePoints(0, 1); i < token.length(); i = token.offsetByCodePoints(i, 1)) {
                String left = token.substring(0, i);
                String right = token.substring(i);
                if (vocabulary.containsKey(left) && vocabulary.containsKey(right)) {
                    merges.add(new Merge(left, right, priority));
                }
            }
        }
        merges.sort(Comparator.comparingInt(Merge::order)
                .thenComparingInt(merge -> vocabulary.get(merge.left))
                .thenComparingInt(merge -> vocabulary.get(merge.right)));
        merges.forEach(merge -> target.addArray().add(merge.left).add(merge.right));
    }
}
