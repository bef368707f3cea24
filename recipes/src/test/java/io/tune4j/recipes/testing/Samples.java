// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.tokens.TokenCache;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples by index; null for a record that does not fit.
 *
 * @param identity of what they are made of, or null
 */
public record Samples(
        List<@Nullable TokenizedSample> all, @Nullable String identity) implements Dataset {
    /** Their tokens in temporary files; records that do not fit are counted. */
    public static TokenStore store(List<@Nullable TokenizedSample> all) {
        return TokenCache.temporary("dataset", new Samples(all, null), true, count -> {});
    }

    @Override
    public void read(SampleSink sink) {
        for (int i = 0; i < all.size(); i++) {
            TokenizedSample sample = all.get(i);
            if (sample == null) {
                sink.unfit(new DataException("record x#" + i + " does not fit"), false);
            } else {
                sink.sample(sample);
            }
        }
    }

    @Override
    public String describe() {
        return "records of x";
    }
}
