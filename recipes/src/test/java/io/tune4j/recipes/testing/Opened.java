// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set that was read.
 *
 * @param samples of it
 * @param skipped why others are none
 * @param describe number and kind
 */
public record Opened(List<TokenizedSample> samples, List<String> skipped, String describe) {
    /** Reads all of it. */
    public static Opened of(Dataset dataset) {
        List<TokenizedSample> samples = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        dataset.read(new SampleSink() {
            @Override
            public void sample(TokenizedSample sample) {
                samples.add(sample);
            }

            @Override
            public void unfit(DataException reason, boolean skips) {
                SampleSink.super.unfit(reason, skips);
                skipped.add(reason.getMessage());
            }
        });
        return new Opened(samples, skipped, samples.size() + " " + dataset.describe());
    }

    /** Number of samples. */
    public int size() {
        return samples.size();
    }

    /** A sample. */
    public TokenizedSample get(int index) {
        return samples.get(index);
    }
}
