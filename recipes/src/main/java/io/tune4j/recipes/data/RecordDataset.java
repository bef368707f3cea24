// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records of files, tokenized by all processors while they are read, some hundreds at a time.
 *
 * @param skips whether records that do not fit are left out
 */
record RecordDataset(
        Records records,
        RecordFormat format,
        Tokenizer tokenizer,
        @Nullable Packing packing,
        boolean skips) implements Dataset {
    /** Enough for all processors, few enough for records of any length. */
    private static final int AT_A_TIME = 512;

    private record Raw(JsonNode record, String id) {}

    /** One of them is null. */
    private record Made(
            @Nullable List<TokenizedSample> samples,
            @Nullable DataException reason) {}

    @Override
    public void read(SampleSink sink) {
        List<Raw> waiting = new ArrayList<>(AT_A_TIME);
        records.read((record, id) -> {
            waiting.add(new Raw(record, id));
            if (waiting.size() == AT_A_TIME) {
                tokenize(waiting, sink);
            }
            return true;
        });
        tokenize(waiting, sink);
    }

    private void tokenize(List<Raw> waiting, SampleSink sink) {
        for (Made made : waiting.parallelStream().map(this::tokenize).toList()) {
            if (made.samples != null) {
                made.samples.forEach(sink::sample);
            } else if (made.reason != null) {
                sink.unfit(made.reason, skips);
            }
        }
        waiting.clear();
    }

    private Made tokenize(Raw raw) {
        try {
            return new Made(format.read(raw.record, raw.id).samples(tokenizer, raw.id), null);
        } catch (DataException e) {
            String message = String.valueOf(e.getMessage());
            return new Made(
                    null, message.contains(raw.id) ? e : new DataException("record " + raw.id + ": " + message, e));
        }
    }

    @Override
    public @Nullable String identity() {
        return records.identity();
    }

    @Override
    public String describe() {
        return (format instanceof PreferenceFormat ? "answers in pairs, " : "") + records.describe();
    }
}
