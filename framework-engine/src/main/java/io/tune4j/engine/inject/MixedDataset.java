// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several data sets as one, for a config whose {@code dataset} is a list. A weight says how often a part's records are in an epoch:
 * 2 takes each twice, 0.25 every fourth.
 */
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
        private final int together;
        private final List<TokenizedSample> record = new ArrayList<>();
        private long seen;

        /** @param together samples of a record, which stay together */
        Weighted(SampleSink sink, double weight, int together) {
            this.sink = sink;
            this.weight = weight;
            this.together = together;
        }

        @Override
        public void sample(TokenizedSample sample) {
            record.add(sample);
            if (record.size() < together) {
                return;
            }
            long copies = upTo(seen + 1) - upTo(seen);
            seen++;
            for (long i = 0; i < copies; i++) {
                record.forEach(sink::sample);
            }
            record.clear();
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
    private final boolean pairs;

    private MixedDataset(List<Opened> parts, boolean pairs) {
        this.parts = parts;
        this.pairs = pairs;
    }

    /** Puts them together; one alone with weight 1 stays what it is. */
    public static DatasetProvider of(List<Part> parts) {
        List<Part> fixed = List.copyOf(parts);
        return fixed.size() == 1 && fixed.get(0).weight == 1 ? fixed.get(0).provider : new Mixed(fixed);
    }

    private record Mixed(List<Part> parts) implements DatasetProvider {
        @Override
        public Dataset open(Tokenizer tokenizer) {
            if (parts.stream().anyMatch(part -> part.provider.hasPairs() != hasPairs())) {
                throw new UserException(
                        "a list of data sets has some with pairs of answers and some without; a run learns"
                                + " from one kind: take the others out of the list");
            }
            return new MixedDataset(
                    parts.stream()
                            .map(part -> new Opened(part.provider.open(tokenizer), part.weight))
                            .toList(),
                    hasPairs());
        }

        @Override
        public boolean hasPairs() {
            return parts.stream().anyMatch(part -> part.provider.hasPairs());
        }

        /** The plain one where the parts ask in several ways. */
        @Override
        public PromptForm promptForm() {
            List<PromptForm> forms = parts.stream()
                    .map(part -> part.provider.promptForm())
                    .distinct()
                    .toList();
            return forms.size() == 1 ? forms.get(0) : PromptForm.PLAIN;
        }
    }

    @Override
    public void read(SampleSink sink) {
        for (Opened part : parts) {
            part.dataset.read(new Weighted(sink, part.weight, pairs ? 2 : 1));
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
