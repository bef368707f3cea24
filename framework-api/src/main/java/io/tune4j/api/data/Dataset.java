package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Training records in a fixed order. They are read from the first to the last, so there may be more of them than fit into memory: what
 * a run needs at random places it keeps as tokens in a file.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Dataset {
    /**
     * Hands over all samples in their order. Each call begins anew.
     *
     * @throws DataException if a file is missing or broken, or a record does not fit; names file, record and field
     */
    void read(SampleSink sink);

    /**
     * What the records are made of, e.g. names, sizes and times of files: whatever changes them changes it, besides the options of the
     * config and the tokenizer. With it the tokens are kept for the next run.
     *
     * @return null if that is not known, and the records are to be tokenized for each run
     */
    default @Nullable String identity() {
        return null;
    }

    /** How samples are packed together, or null if each is a unit of its own. */
    default @Nullable Packing packing() {
        return null;
    }

    /** What they are, to be read behind their number, e.g. {@code records of train.json}. */
    String describe();

    /** All samples in memory, for small data sets. Fails at the first record that does not fit and is not to be skipped. */
    default List<TokenizedSample> toList() {
        List<TokenizedSample> samples = new ArrayList<>();
        read(samples::add);
        return samples;
    }
}
