package io.tune4j.recipes;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.TrainingData;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How samples come together to micro-batches.
 *
 * @param size samples of a micro-batch
 * @param maxTokens tokens of a micro-batch instead, or null
 * @param grouped whether samples of similar lengths come together
 * @param merged whether a step's small micro-batches are computed as one
 * @param sharing when samples share what they begin with
 * @param accumulation micro-batches of a step
 */
record BatchOptions(
        int size,
        @Nullable Integer maxTokens,
        boolean grouped,
        boolean merged,
        PrefixSharing sharing,
        int accumulation) {
    private static final String MAX_TOKENS = "max_tokens_per_batch";
    private static final String GROUPED = "group_by_length";
    private static final String MERGED = "merge_micro_batches";

    static BatchOptions read(ConfigReader root) {
        Integer maxTokens = root.integerOrNull(MAX_TOKENS);
        if (maxTokens != null && maxTokens < 1) {
            root.problem(MAX_TOKENS, "expected at least 1, or null for batch_size samples, found " + maxTokens);
        }
        return new BatchOptions(
                root.integer("batch_size", 1, 1, Integer.MAX_VALUE),
                maxTokens,
                root.bool(GROUPED, false),
                root.bool(MERGED, true),
                PrefixSharing.read(root),
                root.integer("gradient_accumulation_steps", 1, 1, Integer.MAX_VALUE));
    }

    /** @throws DataException if a sample has more tokens than a micro-batch may have */
    BatchOrder order(TrainingData data, boolean shuffle, long seed) {
        if (maxTokens == null && !grouped) {
            return BatchOrder.ofSize(data.size(), size, accumulation, shuffle, seed);
        }
        int[] lengths = data.lengths();
        for (int i = 0; maxTokens != null && i < lengths.length; i++) {
            if (lengths[i] > maxTokens) {
                throw new DataException("record " + data.sample(i).id() + " has " + lengths[i] + " tokens, more than "
                        + MAX_TOKENS + "=" + maxTokens + "; raise it, or cut long records off with"
                        + " tokenizer.max_seq_len=" + maxTokens);
            }
        }
        return BatchOrder.byLength(lengths, maxTokens, size, grouped, accumulation, shuffle, seed);
    }

    /** What must be the same in a run that resumes; what has its usual value is left out. */
    void describe(SortedMap<String, String> settings) {
        settings.put("batch_size", String.valueOf(size));
        settings.put("gradient_accumulation_steps", String.valueOf(accumulation));
        if (maxTokens != null) {
            settings.put(MAX_TOKENS, String.valueOf(maxTokens));
        }
        if (grouped) {
            settings.put(GROUPED, "true");
        }
        if (!merged) {
            settings.put(MERGED, "false");
        }
        if (sharing != PrefixSharing.AUTO) {
            settings.put(PrefixSharing.KEY, sharing.toString());
        }
    }

    /** What a step takes, for messages. */
    String perStep() {
        String each = maxTokens == null ? "batch_size " + size : MAX_TOKENS + " " + maxTokens;
        return each + " x gradient_accumulation_steps " + accumulation;
    }
}
