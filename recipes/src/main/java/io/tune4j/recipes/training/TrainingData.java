package io.tune4j.recipes.training;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SamplePart;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Packing;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set as tokens, all read and checked before training starts, so that record 50,000 cannot stop a run in its third
 * hour. Tokens take about 5 bytes each: 30 MiB for the 52,000 records of Alpaca.
 */
public final class TrainingData {
    private static final int SHOWN = 5;

    private final String description;
    private final List<List<SamplePart>> units;
    private final int[] lengths;
    private final int leftOut;
    private final List<String> skipped;

    private TrainingData(String description, List<List<SamplePart>> units, int leftOut, List<String> skipped) {
        this.description = description;
        this.units = units;
        this.lengths = units.stream()
                .mapToInt(unit -> unit.stream().mapToInt(SamplePart::length).sum())
                .toArray();
        this.leftOut = leftOut;
        this.skipped = skipped;
    }

    /**
     * Tokenizes everything. Samples without a token to learn change no gradient and are left out.
     *
     * @param packLength tokens of a pack, where the data set is packed
     * @param key the config key of the data set, for messages
     * @throws UserException if there is nothing to train on, or a sample is longer than the model's limit or has a token
     *     the model does not know
     */
    public static TrainingData read(
            String key, Dataset dataset, int maxSequenceLength, int vocabularySize, @Nullable Integer packLength) {
        if (dataset.size() == 0) {
            throw new DataException(key + ": " + dataset.describe()
                    + " is empty: there is nothing to train on; check the files that " + key + " names");
        }
        Queue<String> bad = new ConcurrentLinkedQueue<>(dataset.skipped());
        List<TokenizedSample> all = IntStream.range(0, dataset.size())
                .parallel()
                .mapToObj(index -> tokens(dataset, index, bad))
                .filter(Objects::nonNull)
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
        Packing packing = dataset.packing();
        if (packing == null) {
            List<List<SamplePart>> each = trained.stream()
                    .map(sample -> List.of(SamplePart.whole(sample)))
                    .toList();
            return new TrainingData(dataset.describe(), each, all.size() - trained.size(), List.copyOf(bad));
        }
        if (packLength == null) {
            throw new UserException(
                    key + ".packed is True, but the length of a pack is not known: set" + " tokenizer.max_seq_len");
        }
        // As in torchtune, samples without a token to learn fill packs too.
        List<List<SamplePart>> packs = Packs.of(key, all, packing, packLength).stream()
                .filter(pack -> pack.stream().anyMatch(part -> part.labelledRows() > 0))
                .toList();
        return new TrainingData(dataset.describe() + " in " + packs.size() + " packs", packs, 0, List.copyOf(bad));
    }

    /** Null if the record is to be left out. */
    private static @Nullable TokenizedSample tokens(Dataset dataset, int index, Queue<String> bad) {
        try {
            return dataset.get(index);
        } catch (DataException e) {
            if (!dataset.skipsBadRecords()) {
                throw e;
            }
            bad.add(e.getMessage());
            return null;
        }
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

    /** Samples, or packs of them. */
    public int size() {
        return units.size();
    }

    /** The parts of a sample or pack. */
    public List<SamplePart> get(int index) {
        return units.get(index);
    }

    /** The sample that a record became; of a pack, its first. */
    public TokenizedSample sample(int index) {
        return units.get(index).get(0).sample();
    }

    /** Tokens of each sample or pack. */
    public int[] lengths() {
        return lengths.clone();
    }

    /** Puts samples or packs together, each for itself. */
    public RaggedBatch batch(int... numbers) {
        return RaggedBatch.ofParts(parts(numbers));
    }

    /**
     * Puts samples or packs together; what they begin with in common is there once.
     *
     * @param least the share of the tokens that this must save
     */
    public RaggedBatch batchSharing(double least, int... numbers) {
        return RaggedBatch.ofPartsSharing(parts(numbers), least);
    }

    private List<SamplePart> parts(int... numbers) {
        List<SamplePart> parts = new ArrayList<>();
        for (int number : numbers) {
            parts.addAll(units.get(number));
        }
        return parts;
    }

    /** Records without a token to learn. */
    public int leftOut() {
        return leftOut;
    }

    /** Records that did not fit and were left out on request, each with the reason. */
    public List<String> skipped() {
        return skipped;
    }

    public int longest() {
        return IntStream.of(lengths).max().orElse(0);
    }

    public String describe() {
        return description;
    }

    /** Changes when any token or mask does, so that a resumed run can tell that its data are still the same. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (List<SamplePart> unit : units) {
                for (SamplePart part : unit) {
                    digest.update(bytes(part));
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static ByteBuffer bytes(SamplePart part) {
        ByteBuffer bytes = ByteBuffer.allocate(part.length() * (Integer.BYTES + 1));
        for (int i = part.from(); i < part.to(); i++) {
            bytes.putInt(part.sample().tokens()[i]).put((byte) (part.sample().trained()[i] ? 1 : 0));
        }
        return bytes.flip();
    }
}
