package io.tune4j.recipes.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Packing;
import io.tune4j.api.data.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    private final List<Dataset> parts = new ArrayList<>();
    private final int[] partOf;
    private final int[] indexOf;
    private final String description;

    private MixedDataset(List<Part> wanted, Tokenizer tokenizer) {
        List<Integer> numbers = new ArrayList<>();
        List<Integer> indexes = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Part part : wanted) {
            Dataset opened = part.provider.open(tokenizer);
            long count = Math.round(opened.size() * part.weight);
            for (long i = 0; i < count; i++) {
                numbers.add(parts.size());
                // Evenly over the records, whatever the weight.
                indexes.add((int) ((long) (i / part.weight) % opened.size()));
            }
            parts.add(opened);
            texts.add(opened.describe() + (part.weight == 1 ? "" : String.format(Locale.ROOT, " x %s", part.weight)));
        }
        this.partOf = numbers.stream().mapToInt(Integer::intValue).toArray();
        this.indexOf = indexes.stream().mapToInt(Integer::intValue).toArray();
        this.description = String.join(" + ", texts);
    }

    /** Puts them together; one alone with weight 1 stays what it is. */
    public static DatasetProvider of(List<Part> parts) {
        List<Part> fixed = List.copyOf(parts);
        return fixed.size() == 1 && fixed.get(0).weight == 1
                ? fixed.get(0).provider
                : tokenizer -> new MixedDataset(fixed, tokenizer);
    }

    @Override
    public int size() {
        return partOf.length;
    }

    @Override
    public TokenizedSample get(int index) {
        return parts.get(partOf[index]).get(indexOf[index]);
    }

    @Override
    public List<String> skipped() {
        return parts.stream().flatMap(part -> part.skipped().stream()).toList();
    }

    @Override
    public boolean skipsBadRecords() {
        return parts.stream().allMatch(Dataset::skipsBadRecords);
    }

    /** The first one's, for all. */
    @Override
    public @Nullable Packing packing() {
        return parts.isEmpty() ? null : parts.get(0).packing();
    }

    @Override
    public String describe() {
        return description;
    }
}
