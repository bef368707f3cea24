// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.UserException;
import io.tune4j.recipes.options.BatchOptions;
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
public record LargestBatch(long tokens, long unmerged, int longest) {
    /** Tokens, of which even the smallest model keeps kilobytes each. */
    private static final long MOST_TOKENS = 16L << 20;

    /** The largest batch of data that were read. */
    public static LargestBatch of(BatchOptions batching, BatchOrder order, int[] lengths) {
        long largest = order.largest(lengths);
        return new LargestBatch(
                Math.max(largest, batching.joined(largest)),
                largest,
                Arrays.stream(lengths).max().orElse(1));
    }

    /** The largest batch of data whose samples have {@code tokensPerSample} tokens each. */
    static LargestBatch foreseen(RunParts parts, int tokensPerSample) {
        Integer limit = parts.batching().maxTokens();
        long sample = (long) parts.batching().sequences() * tokensPerSample;
        long tokens = limit == null ? parts.batching().size() * sample : Math.max(limit, sample);
        long merged = Math.max(tokens, parts.batching().joined(tokens));
        if (merged > MOST_TOKENS) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "a micro-batch of %,d tokens is asked for (batch_size, max_tokens_per_batch or merge_micro_batches, with %,d"
                            + " tokens in a sample), and no device holds more than %,d; lower them",
                    merged,
                    tokensPerSample,
                    MOST_TOKENS));
        }
        return new LargestBatch(/* tokens= */ merged, /* unmerged= */ tokens, tokensPerSample);
    }

    /** The largest of these data in a run with other parts. */
    LargestBatch in(RunParts before, RunParts parts) {
        Integer limit = parts.maxTokens();
        int cut = limit == null ? longest : Math.min(longest, limit);
        boolean sameBatches = parts.batching().equals(before.batching());
        return sameBatches && cut == longest ? this : foreseen(parts, cut);
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

    /** Describes the batch in messages, e.g. {@code 2 x 512}. */
    String describe() {
        return tokens % longest == 0 ? tokens / longest + " x " + longest : String.format(Locale.ROOT, "%,d", tokens);
    }
}
