package io.tune4j.recipes.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Packing;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.data.RecordFormat.Content;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records in memory as text, tokenized when asked for. */
final class RecordDataset implements Dataset {
    private record Sample(String id, Content content) {}

    private final Tokenizer tokenizer;
    private final @Nullable Packing packing;
    private final boolean skips;
    private final List<Sample> samples;
    private final List<String> skipped = new ArrayList<>();
    private final String description;

    /**
     * Reads all records.
     *
     * @param skips whether records that do not fit are left out
     */
    RecordDataset(
            RecordSource source, RecordFormat format, Tokenizer tokenizer, @Nullable Packing packing, boolean skips) {
        this.tokenizer = tokenizer;
        this.packing = packing;
        this.skips = skips;
        List<Sample> all = new ArrayList<>();
        String read = source.read((record, id) -> {
            try {
                all.add(new Sample(id, format.read(record, id)));
            } catch (DataException e) {
                if (!skips) {
                    throw e;
                }
                skipped.add(e.getMessage());
            }
        });
        SplitSlice slice = source.slice();
        this.samples = List.copyOf(all.subList(slice.first(all.size()), slice.behindLast(all.size())));
        this.description = samples.size() + " records of " + read + (slice.isAll() ? "" : ", " + slice);
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public TokenizedSample get(int index) {
        Sample sample = samples.get(index);
        try {
            return sample.content.tokens(tokenizer, sample.id);
        } catch (DataException e) {
            String message = String.valueOf(e.getMessage());
            throw message.contains(sample.id) ? e : new DataException("record " + sample.id + ": " + message, e);
        }
    }

    @Override
    public List<String> skipped() {
        return List.copyOf(skipped);
    }

    @Override
    public boolean skipsBadRecords() {
        return skips;
    }

    @Override
    public @Nullable Packing packing() {
        return packing;
    }

    @Override
    public String describe() {
        return description;
    }
}
