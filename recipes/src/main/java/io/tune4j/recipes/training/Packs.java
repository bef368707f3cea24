// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.data.Dataset.Packing;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.tokens.TokenStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Samples as packs of one length: torchtune's {@code PackedDataset}, without its padding. */
final class Packs implements Units {
    private final TokenStore store;
    private final String identity;

    /** For each part its sample, its first token, and one past its last token. */
    private int[] parts = new int[3 * 1024];

    private int partCount;

    /** For each pack its first part, and after the last pack the number of parts. */
    private int[] starts = new int[1024];

    private int packCount;

    private Packs(TokenStore store, String identity) {
        this.store = store;
        this.identity = identity;
    }

    /**
     * Fills packs in the order of the samples, also with those that have no token to learn, as torchtune does.
     *
     * @param length tokens of a full pack
     * @throws DataException if a sample is longer than a pack and may not be divided
     */
    static Packs of(String key, TokenStore store, Packing packing, int length) {
        Packs packs = new Packs(store, "packs of " + length + ", " + packing);
        int filled = 0;
        for (int sample = 0; sample < store.size() && packs.wants(packing); sample++) {
            int size = store.length(sample);
            if (size > length && !packing.splits()) {
                throw new DataException(
                        key + ": " + store.name(sample) + " has " + size + " tokens, more than a pack of " + length
                                + "; set " + key + ".split_across_pack=True or raise tokenizer.max_seq_len");
            }
            int from = 0;
            while (from < size) {
                boolean fits = filled + size - from <= length;
                if (filled == length || (!fits && !packing.splits())) {
                    packs.endPack();
                    filled = 0;
                }
                int to = Math.min(size, from + length - filled);
                packs.addPart(sample, from, to);
                filled += to - from;
                from = to;
            }
        }
        packs.endPack();
        Integer most = packing.maxPacks();
        if (most != null && most < packs.packCount) {
            packs.packCount = most;
        }
        return packs;
    }

    /** Whether there is room for another pack; samples after the last one are not read. */
    private boolean wants(Packing packing) {
        return packing.maxPacks() == null || packCount < packing.maxPacks();
    }

    private void addPart(int sample, int from, int to) {
        if (parts.length == 3 * partCount) {
            parts = Arrays.copyOf(parts, 2 * parts.length);
        }
        parts[3 * partCount] = sample;
        parts[3 * partCount + 1] = from;
        parts[3 * partCount + 2] = to;
        partCount++;
    }

    private void endPack() {
        if (partCount == starts[packCount]) {
            return;
        }
        packCount++;
        if (starts.length == packCount) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        starts[packCount] = partCount;
    }

    /** The packs with a trained token; the others change no gradient. */
    Packs trained() {
        int[] kept = IntStream.range(0, packCount).filter(this::isTrained).toArray();
        if (kept.length == packCount) {
            return this;
        }
        Packs trained = new Packs(store, identity);
        for (int pack : kept) {
            for (int part = starts[pack]; part < starts[pack + 1]; part++) {
                trained.addPart(parts[3 * part], parts[3 * part + 1], parts[3 * part + 2]);
            }
            trained.endPack();
        }
        return trained;
    }

    private boolean isTrained(int pack) {
        return IntStream.range(starts[pack], starts[pack + 1]).anyMatch(part -> {
            int sample = parts[3 * part];
            boolean whole = parts[3 * part + 2] - parts[3 * part + 1] == store.length(sample);
            return store.trainedTokens(sample) > 0 && (whole || part(part).labelledRows() > 0);
        });
    }

    private SamplePart part(int part) {
        return new SamplePart(store.get(parts[3 * part]), parts[3 * part + 1], parts[3 * part + 2]);
    }

    @Override
    public int size() {
        return packCount;
    }

    @Override
    public int length(int pack) {
        return IntStream.range(starts[pack], starts[pack + 1])
                .map(part -> parts[3 * part + 2] - parts[3 * part + 1])
                .sum();
    }

    @Override
    public List<SamplePart> parts(int pack) {
        return IntStream.range(starts[pack], starts[pack + 1])
                .mapToObj(this::part)
                .toList();
    }

    @Override
    public String identity() {
        return identity;
    }
}
