// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.TrainingData;
import java.util.SortedMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How samples come together to micro-batches and steps. A step weighs all of its trained tokens alike, unless messages have weights.
 *
 * @param shuffle {@code shuffle}: another order in each epoch
 * @param size {@code batch_size}: samples of a micro-batch
 * @param maxTokens {@code max_tokens_per_batch}: tokens of a micro-batch instead, or null
 * @param grouped {@code group_by_length}: samples of similar lengths come together
 * @param mergedTokens {@code merge_micro_batches}: up to how many tokens a step's small micro-batches are computed as one, and up to
 *     the largest one's in any case, which is the default; 0 for none
 * @param sharing {@code share_prefixes}: when samples share what they begin with
 * @param accumulation {@code gradient_accumulation_steps}: micro-batches of a step; samples at an epoch's end that fill no step are left
 *     out
 * @param sequences of a sample: 2 where a sample is a pair of answers
 */
public record BatchOptions(
        boolean shuffle,
        int size,
        @Nullable Integer maxTokens,
        boolean grouped,
        int mergedTokens,
        PrefixSharing sharing,
        int accumulation,
        int sequences) {
    private static final String MAX_TOKENS = "max_tokens_per_batch";
    private static final String GROUPED = "group_by_length";
    private static final String MERGED = "merge_micro_batches";

    /** The least that {@code tokenizer.max_seq_len} may be. */
    private static final int SHORTEST_CUT = 2;

    /** No more tokens than the largest micro-batch has. */
    private static final int AS_LARGEST = 1;

    public static BatchOptions read(ConfigValues config) {
        return read(config, 1);
    }

    /**
     * Reads how pairs of answers come together, of which each counts as one sample.
     *
     * @param merges whether micro-batches may be merged
     */
    public static BatchOptions readPairs(ConfigValues config, boolean merges) {
        BatchOptions read = read(config, 2);
        if (!merges && config.root().has(MERGED) && read.mergedTokens != 0) {
            config.root()
                    .problem(
                            MERGED,
                            "this loss reads the pairs of a micro-batch together, so they are not merged; leave it out");
        }
        return merges ? read : read.unmerged();
    }

    /**
     * Reads how samples come together where several workers share a step. Micro-batches are what is divided among them, so they are not
     * merged.
     *
     * @param perStep the micro-batches of a step, from {@code gradient_accumulation_steps}
     */
    public static BatchOptions readShared(ConfigValues config, IntUnaryOperator perStep) {
        BatchOptions read = read(config, 1);
        if (config.root().has(MERGED) && read.mergedTokens != 0) {
            config.root()
                    .accept(
                            MERGED,
                            "micro-batches are what workers divide among them; raise batch_size for larger ones");
        }
        return new BatchOptions(
                read.shuffle,
                read.size,
                read.maxTokens,
                read.grouped,
                0,
                read.sharing,
                perStep.applyAsInt(read.accumulation),
                read.sequences);
    }

    private BatchOptions unmerged() {
        return new BatchOptions(shuffle, size, maxTokens, grouped, 0, sharing, accumulation, sequences);
    }

    private static BatchOptions read(ConfigValues config, int sequences) {
        ConfigReader root = config.root();
        Integer maxTokens = root.integerOrNull(MAX_TOKENS);
        if (maxTokens != null && maxTokens < 1) {
            root.problem(MAX_TOKENS, "expected at least 1, or null for batch_size samples, found " + maxTokens);
        }
        return new BatchOptions(
                root.bool("shuffle", true),
                root.integer("batch_size", 1, 1, Integer.MAX_VALUE),
                maxTokens,
                root.bool(GROUPED, false),
                mergedTokens(root),
                PrefixSharing.read(root),
                root.integer("gradient_accumulation_steps", 1, 1, Integer.MAX_VALUE),
                sequences);
    }

    private static int mergedTokens(ConfigReader root) {
        if (!root.has(MERGED)) {
            return AS_LARGEST;
        }
        ConfigNode node = root.node(MERGED);
        if (node instanceof Scalar scalar) {
            if (scalar.value() instanceof Boolean merges) {
                return merges ? AS_LARGEST : 0;
            }
            if (scalar.value() instanceof Long tokens && tokens > 0 && tokens <= Integer.MAX_VALUE) {
                return tokens.intValue();
            }
        }
        root.problem(
                MERGED,
                "expected True, False, or a number of tokens to merge up to, found "
                        + (node instanceof Scalar scalar ? "'" + scalar.text() + "'" : "a section or a list"));
        return AS_LARGEST;
    }

    /** @throws DataException if a sample has more tokens than a micro-batch may have */
    public BatchOrder order(TrainingData data, long seed) {
        if (maxTokens == null && !grouped) {
            return BatchOrder.ofSize(data.size(), size, accumulation, shuffle, seed);
        }
        int[] lengths = data.lengths();
        for (int i = 0; maxTokens != null && i < lengths.length; i++) {
            if (lengths[i] > maxTokens) {
                throw new DataException("record " + data.sample(i).id() + " has " + lengths[i] + " tokens, more than "
                        + MAX_TOKENS + "=" + maxTokens + "; raise it"
                        + (maxTokens < SHORTEST_CUT
                                ? ", since a record cannot be cut off to fewer than " + SHORTEST_CUT + " tokens"
                                : ", or cut long records off with tokenizer.max_seq_len=" + maxTokens));
            }
        }
        return BatchOrder.byLength(lengths, maxTokens, size, grouped, accumulation, shuffle, seed);
    }

    /**
     * Up to how many tokens a step's micro-batches are computed as one; 0 to compute each for itself.
     *
     * @param largest micro-batch's tokens, which the run has to have room for anyway
     */
    public long joined(long largest) {
        return mergedTokens == 0 ? 0 : Math.max(largest, Math.min(mergedTokens, accumulation * largest));
    }

    /** Adds the settings that a resumed run must repeat; default values are left out. */
    public void describe(SortedMap<String, String> settings) {
        settings.put("shuffle", String.valueOf(shuffle));
        settings.put("batch_size", String.valueOf(size));
        settings.put("gradient_accumulation_steps", String.valueOf(accumulation));
        if (maxTokens != null) {
            settings.put(MAX_TOKENS, String.valueOf(maxTokens));
        }
        if (grouped) {
            settings.put(GROUPED, "true");
        }
        if (mergedTokens != AS_LARGEST) {
            settings.put(MERGED, mergedTokens == 0 ? "false" : String.valueOf(mergedTokens));
        }
        if (sharing != PrefixSharing.AUTO) {
            settings.put(PrefixSharing.KEY, sharing.toString());
        }
    }

    /** Describes the samples of a step, for messages. */
    public String perStep() {
        String each = maxTokens == null ? "batch_size " + size : MAX_TOKENS + " " + maxTokens;
        return each + " x gradient_accumulation_steps " + accumulation;
    }
}
