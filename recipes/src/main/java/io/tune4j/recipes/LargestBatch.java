package io.tune4j.recipes;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.recipes.training.BatchOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The largest micro-batch that a run has to have room for, merged ones included. Every token counts as trained: the worst case.
 *
 * @param tokens in all
 * @param unmerged tokens of the largest one that is not merged from several
 * @param longest of its sequences
 */
record LargestBatch(long tokens, long unmerged, int longest) {
    /** Of data that are there. */
    static LargestBatch of(BatchOptions batching, BatchOrder order, int[] lengths) {
        long largest = order.largest(lengths);
        return new LargestBatch(
                Math.max(largest, batching.joined(largest)),
                largest,
                Arrays.stream(lengths).max().orElse(1));
    }

    /** Of data whose samples have so many tokens each. */
    static LargestBatch foreseen(LoraFinetuneOptions options, int tokensPerSample) {
        Integer limit = options.batching().maxTokens();
        long tokens = limit == null ? (long) options.batchSize() * tokensPerSample : Math.max(limit, tokensPerSample);
        return new LargestBatch(Math.max(tokens, options.batching().joined(tokens)), tokens, tokensPerSample);
    }

    /** The same data in a run with other options. */
    LargestBatch in(LoraFinetuneOptions before, LoraFinetuneOptions options) {
        Integer limit = options.maxTokens();
        int cut = limit == null ? longest : Math.min(longest, limit);
        boolean sameBatches = options.batching().equals(before.batching());
        return sameBatches && cut == longest ? this : foreseen(options, cut);
    }

    RaggedBatch batch() {
        List<TokenizedSample> samples = new ArrayList<>();
        for (long left = tokens; left > 0; left -= longest) {
            int[] ids = new int[(int) Math.min(left, longest)];
            boolean[] trained = new boolean[ids.length];
            Arrays.fill(trained, true);
            samples.add(new TokenizedSample("foreseen", ids, trained));
        }
        return RaggedBatch.of(samples);
    }

    /** For messages, e.g. {@code 2 x 512}. */
    String describe() {
        return tokens % longest == 0 ? tokens / longest + " x " + longest : String.format(Locale.ROOT, "%,d", tokens);
    }
}
