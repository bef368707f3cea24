package io.tune4j.recipes.training;

import io.tune4j.api.batch.SamplePart;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Packing;
import io.tune4j.api.error.DataException;
import java.util.ArrayList;
import java.util.List;

/** Samples as packs of one length: torchtune's {@code PackedDataset}, without its padding. */
final class Packs {
    private Packs() {}

    /**
     * Fills packs in the order of the samples.
     *
     * @param length tokens of a full pack
     * @throws DataException if a sample is longer than a pack and may not be divided
     */
    static List<List<SamplePart>> of(String key, List<TokenizedSample> samples, Packing packing, int length) {
        List<List<SamplePart>> packs = new ArrayList<>();
        List<SamplePart> pack = new ArrayList<>();
        int filled = 0;
        for (TokenizedSample sample : samples) {
            int size = sample.tokens().length;
            if (size > length && !packing.splits()) {
                throw new DataException(key + ": " + sample.id() + " has " + size + " tokens, more than a pack of "
                        + length + "; set " + key + ".split_across_pack=True or raise tokenizer.max_seq_len");
            }
            int from = 0;
            while (from < size) {
                boolean fits = filled + size - from <= length;
                if (filled == length || (!fits && !packing.splits())) {
                    packs.add(pack);
                    pack = new ArrayList<>();
                    filled = 0;
                }
                int to = Math.min(size, from + length - filled);
                pack.add(new SamplePart(sample, from, to));
                filled += to - from;
                from = to;
            }
        }
        if (!pack.isEmpty()) {
            packs.add(pack);
        }
        Integer most = packing.maxPacks();
        return most != null && most < packs.size() ? packs.subList(0, most) : packs;
    }
}
