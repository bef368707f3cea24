// SPDX-License-Identifier: Apache-2.0
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
     * Identifies the content of the records, e.g. by names, sizes and times of files. It changes with everything that changes the
     * records, except the config's options and the tokenizer. The tokens of a data set with an identity are kept for the next run.
     *
     * @return null if that is not known, and the records are to be tokenized for each run
     */
    default @Nullable String identity() {
        return null;
    }

    /** The packing of samples; null if each sample is a unit of its own. */
    default @Nullable Packing packing() {
        return null;
    }

    /** Describes the records, to be read after their number, e.g. {@code records of train.json}. */
    String describe();

    /** All samples in memory, for small data sets. Fails at the first record that does not fit and is not to be skipped. */
    default List<TokenizedSample> toList() {
        List<TokenizedSample> samples = new ArrayList<>();
        read(samples::add);
        return samples;
    }

    /**
     * Samples put together to packs of one length, in their order, as torchtune's {@code PackedDataset} does ({@code
     * datasets/_packed.py}); the samples of a pack do not see each other.
     *
     * @param splits whether a sample that does not fit is divided, instead of beginning the next pack
     * @param maxPacks the most packs to make, or null for all
     */
    record Packing(boolean splits, @Nullable Integer maxPacks) {}

    /** Takes the samples of a {@link Dataset}, in order. */
    @FunctionalInterface
    interface SampleSink {
        /** Takes the next sample. */
        void sample(TokenizedSample sample);

        /**
         * Takes note of a record that does not fit. Usually that ends the reading.
         *
         * @param reason names file, record and field
         * @param skips whether the config says to leave such records out
         */
        default void unfit(DataException reason, boolean skips) {
            if (!skips) {
                throw reason;
            }
        }
    }
}
