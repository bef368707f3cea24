package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A data set as tokens, all read and checked before training starts, so that record 50,000 cannot stop a run in its third
 * hour. Tokens take about 5 bytes each: 30 MiB for the 52,000 records of Alpaca.
 */
public final class TrainingData {
    private static final int SHOWN = 5;

    private final String description;
    private final List<TokenizedSample> samples;
    private final int leftOut;

    private TrainingData(String description, List<TokenizedSample> samples, int leftOut) {
        this.description = description;
        this.samples = samples;
        this.leftOut = leftOut;
    }

    /**
     * Tokenizes everything. Samples without a token to learn change no gradient and are left out.
     *
     * @param key the config key of the data set, for messages
     * @throws UserException if there is nothing to train on, or a sample is longer than the model's limit or has a token
     *     the model does not know
     */
    public static TrainingData read(String key, Dataset dataset, int maxSequenceLength, int vocabularySize) {
        if (dataset.size() == 0) {
            throw new DataException(key + ": " + dataset.describe()
                    + " is empty: there is nothing to train on; check the files that " + key + " names");
        }
        List<TokenizedSample> all = IntStream.range(0, dataset.size())
                .parallel()
                .mapToObj(dataset::get)
                .toList();
        checkLengths(key, all, maxSequenceLength);
        checkTokens(key, all, vocabularySize);
        List<TokenizedSample> trained =
                all.stream().filter(sample -> sample.trainedTokens() > 0).toList();
        if (trained.isEmpty()) {
            throw new DataException(key + ": no record of " + dataset.describe()
                    + " has a token to learn: all of them are masked as prompt. The answers may be empty or cut off by"
                    + " tokenizer.max_seq_len; train_on_input: True would train on the prompts too");
        }
        return new TrainingData(dataset.describe(), trained, all.size() - trained.size());
    }

    private static void checkLengths(String key, List<TokenizedSample> samples, int limit) {
        List<String> tooLong = new ArrayList<>();
        for (TokenizedSample sample : samples) {
            if (sample.tokens().length > limit) {
                tooLong.add(sample.id() + " (" + sample.tokens().length + " tokens)");
            }
        }
        if (!tooLong.isEmpty()) {
            throw new DataException(key + ": " + tooLong.size() + (tooLong.size() == 1 ? " record is" : " records are")
                    + " longer than the model's " + limit + " positions: "
                    + String.join(", ", tooLong.subList(0, Math.min(SHOWN, tooLong.size())))
                    + (tooLong.size() > SHOWN ? ", ..." : "") + "; set tokenizer.max_seq_len=" + limit
                    + " to cut them off, or take them out");
        }
    }

    private static void checkTokens(String key, List<TokenizedSample> samples, int vocabularySize) {
        for (TokenizedSample sample : samples) {
            for (int token : sample.tokens()) {
                if (token < 0 || token >= vocabularySize) {
                    throw new DataException(key + ": record " + sample.id() + " has token id " + token
                            + ", but the model knows " + vocabularySize
                            + " tokens; the tokenizer does not belong to this model: check tokenizer.path");
                }
            }
        }
    }

    public int size() {
        return samples.size();
    }

    public TokenizedSample get(int index) {
        return samples.get(index);
    }

    /** Records without a token to learn. */
    public int leftOut() {
        return leftOut;
    }

    public int longest() {
        return samples.stream().mapToInt(sample -> sample.tokens().length).max().orElse(0);
    }

    public String describe() {
        return description;
    }

    /** Changes when any token or mask does, so that a resumed run can tell that its data are still the same. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (TokenizedSample sample : samples) {
                ByteBuffer bytes = ByteBuffer.allocate(sample.tokens().length * (Integer.BYTES + 1));
                for (int i = 0; i < sample.tokens().length; i++) {
                    bytes.putInt(sample.tokens()[i]).put((byte) (sample.trained()[i] ? 1 : 0));
                }
                digest.update(bytes.flip());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
