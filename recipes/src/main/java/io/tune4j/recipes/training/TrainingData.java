// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set as tokens, all read and checked before training starts, so that record 50,000 cannot stop a run in its third hour. The
 * tokens are in a file; in memory are the lengths.
 */
public final class TrainingData implements AutoCloseable {
    private static final int SHOWN = 5;

    private final TokenStore store;
    private final Units units;
    private final int[] lengths;

    private TrainingData(TokenStore store, Units units) {
        this.store = store;
        this.units = units;
        this.lengths = IntStream.range(0, units.size()).map(units::length).toArray();
    }

    /**
     * Checks everything. Samples without a token to learn change no gradient and are left out.
     *
     * @param key the config key of the data set, for messages
     * @param store the samples; taken over
     * @param packing how they are packed together, or null
     * @param packLength tokens of a pack, where the data set is packed
     * @throws UserException if there is nothing to train on, or a sample is longer than the model's limit or has a token
     *     the model does not know
     */
    public static TrainingData of(
            String key,
            TokenStore store,
            @Nullable Packing packing,
            int maxSequenceLength,
            int vocabularySize,
            @Nullable Integer packLength) {
        boolean done = false;
        try {
            check(key, store, maxSequenceLength, vocabularySize);
            if (packing != null && packLength == null) {
                throw new UserException(
                        key + ".packed is True, but the length of a pack is not known: set tokenizer.max_seq_len");
            }
            TrainingData data = new TrainingData(
                    store,
                    packing == null || packLength == null
                            ? SingleSamples.of(store)
                            : Packs.of(key, store, packing, packLength).trained());
            done = true;
            return data;
        } finally {
            if (!done) {
                store.close();
            }
        }
    }

    /**
     * Checks data whose samples are pairs, a preferred answer and a rejected one to the same prompt. Pairs of which an answer has no token
     * to learn are left out.
     */
    public static TrainingData ofPairs(String key, TokenStore store, int maxSequenceLength, int vocabularySize) {
        boolean done = false;
        try {
            check(key, store, maxSequenceLength, vocabularySize);
            TrainingData data = new TrainingData(store, SamplePairs.of(store));
            if (data.size() == 0) {
                throw new DataException(
                        key + ": none of the pairs of " + store.summary().description()
                                + " has tokens to learn in both answers; they may be cut off by tokenizer.max_seq_len");
            }
            done = true;
            return data;
        } finally {
            if (!done) {
                store.close();
            }
        }
    }

    private static void check(String key, TokenStore store, int maxSequenceLength, int vocabularySize) {
        String description = store.summary().description();
        if (store.isEmpty()) {
            throw new DataException(key + ": the data set is empty: there are no " + description
                    + ", and nothing to train on; check the files that " + key + " names"
                    + (store.summary().skipped() == 0
                            ? ""
                            : ". " + store.summary().skipped() + " records did not fit and were skipped, the first: "
                                    + store.unfit(1).get(0)));
        }
        checkLengths(key, store, maxSequenceLength);
        checkTokens(key, store, vocabularySize);
        if (IntStream.range(0, store.size()).allMatch(sample -> store.trainedTokens(sample) == 0)) {
            throw new DataException(key + ": none of the " + store.size() + " " + description
                    + " has a token to learn: all of them are masked as prompt. The answers may be empty or cut off by"
                    + " tokenizer.max_seq_len; train_on_input: True would train on the prompts too");
        }
    }

    private static void checkLengths(String key, TokenStore store, int limit) {
        int[] tooLong = IntStream.range(0, store.size())
                .filter(sample -> store.length(sample) > limit)
                .toArray();
        if (tooLong.length > 0) {
            List<String> first = IntStream.of(tooLong)
                    .limit(SHOWN)
                    .mapToObj(sample -> store.name(sample) + " (" + store.length(sample) + " tokens)")
                    .toList();
            throw new DataException(key + ": " + tooLong.length + (tooLong.length == 1 ? " record is" : " records are")
                    + " longer than the model's " + limit + " positions: " + String.join(", ", first)
                    + (tooLong.length > SHOWN ? ", ..." : "") + "; set tokenizer.max_seq_len=" + limit
                    + " to cut them off, or take them out");
        }
    }

    private static void checkTokens(String key, TokenStore store, int vocabularySize) {
        if (store.summary().largestToken() < vocabularySize) {
            return;
        }
        for (TokenizedSample sample : store) {
            for (int token : sample.tokens()) {
                if (token >= vocabularySize) {
                    throw new DataException(key + ": record " + sample.id() + " has token id " + token
                            + ", but the model's embedding has " + vocabularySize
                            + " rows, the first for token 0. The tokenizer belongs to another model, or tokens were added"
                            + " to it and not to the model: check tokenizer.path");
                }
            }
        }
    }

    /** Samples, packs or pairs of them. */
    public int size() {
        return units.size();
    }

    /** The sample that a record became; of a pack, its first. */
    public TokenizedSample sample(int index) {
        return units.parts(index).get(0).sample();
    }

    /** Tokens of each sample, pack or pair. */
    public int[] lengths() {
        return lengths.clone();
    }

    /**
     * Puts samples or packs together; what they begin with in common is there once.
     *
     * @param least the share of the tokens that this must save; 1 for never
     */
    public RaggedBatch batch(double least, int... numbers) {
        List<SamplePart> parts = new ArrayList<>();
        for (int number : numbers) {
            parts.addAll(units.parts(number));
        }
        return RaggedBatch.ofPartsSharing(parts, least);
    }

    /** Records without a token to learn. */
    public int leftOut() {
        return units.leftOut();
    }

    /** The samples, and what is known of records that did not become one. */
    public TokenStore store() {
        return store;
    }

    public int longest() {
        return IntStream.of(lengths).max().orElse(0);
    }

    public String describe() {
        return store.size() + " " + store.summary().description()
                + (units instanceof Packs ? " in " + units.size() + " packs" : "");
    }

    /** Changes when any token or weight does, so that a resumed run can tell that its data are still the same. */
    public String fingerprint() {
        return store.summary().digest().substring(0, 16) + " as " + units.identity();
    }

    @Override
    public void close() {
        store.close();
    }
}
