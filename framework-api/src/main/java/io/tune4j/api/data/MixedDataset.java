// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Several data sets as one, for a config whose {@code dataset} is a list. A weight says how often a part's records are in an epoch:
 * 2 takes each twice, 0.25 every fourth.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class MixedDataset implements Dataset {
    /**
     * One of them.
     *
     * @param weight more than 0
     */
    public record Part(DatasetProvider provider, double weight) {}

    private record Opened(Dataset dataset, double weight) {
        String describe() {
            return dataset.describe() + (weight == 1 ? "" : String.format(Locale.ROOT, " x %s", weight));
        }
    }

    /** Passes on so many copies of each sample that they are evenly spread, whatever the weight. */
    private static final class Weighted implements SampleSink {
        private final SampleSink sink;
        private final double weight;
        private long seen;

        Weighted(SampleSink sink, double weight) {
            this.sink = sink;
            this.weight = weight;
        }

        @Override
        public void sample(TokenizedSample sample) {
            long copies = upTo(seen + 1) - upTo(seen);
            seen++;
            for (long i = 0; i < copies; i++) {
                sink.sample(sample);
            }
        }

        private long upTo(long samples) {
            return (long) Math.ceil(samples * weight);
        }

        @Override
        public void unfit(DataException reason, boolean skips) {
            sink.unfit(reason, skips);
        }
    }

    private final List<Opened> parts;

    private MixedDataset(List<Opened> parts) {
        this.parts = parts;
    }

    /** Puts them together; one alone with weight 1 stays what it is. */
    public static DatasetProvider of(List<Part> parts) {
        List<Part> fixed = List.copyOf(parts);
        return fixed.size() == 1 && fixed.get(0).weight == 1
                ? fixed.get(0).provider
                : tokenizer -> new MixedDataset(fixed.stream()
                        .map(part -> new Opened(part.provider.open(tokenizer), part.weight))
                        .toList());
    }

    @Override
    public void read(SampleSink sink) {
        for (Opened part : parts) {
            part.dataset.read(new Weighted(sink, part.weight));
        }
    }

    @Override
    public @Nullable String identity() {
        StringBuilder identity = new StringBuilder();
        for (Opened part : parts) {
            String of = part.dataset.identity();
            if (of == null) {
                return null;
            }
            identity.append(of).append(" x ").append(part.weight).append('\n');
        }
        return identity.toString();
    }

    /** The first one's, for all. */
    @Override
    public @Nullable Packing packing() {
        return parts.isEmpty() ? null : parts.get(0).dataset.packing();
    }

    @Override
    public String describe() {
        return parts.stream().map(Opened::describe).collect(Collectors.joining(" + "));
    }
}
