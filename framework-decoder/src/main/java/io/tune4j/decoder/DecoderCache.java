// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.decoder.DecoderModel.Rows;
import io.tune4j.decoder.DecoderModel.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Keys and values of each sequence, layer by layer. */
final class DecoderCache implements SequenceCache {
    private final DecoderModel model;
    private final DecoderConfig config;
    private final CachedKeys.Shape shape;
    private final Map<Integer, CachedKeys> sequences = new TreeMap<>();
    private int next;

    DecoderCache(DecoderModel model, DecoderConfig config, Backend backend, DType dtype) {
        this.model = model;
        this.config = config;
        DecoderSizes sizes = config.sizes();
        this.shape = new CachedKeys.Shape(
                backend,
                dtype,
                sizes.layers(),
                2L * sizes.keyValueHeads() * sizes.headSize(),
                sizes.maxSequenceLength());
    }

    private CachedKeys keys(int sequence) {
        CachedKeys found = sequences.get(sequence);
        if (found == null) {
            throw new IllegalArgumentException("no sequence " + sequence);
        }
        return found;
    }

    @Override
    public int open(int adapter, int expectedLength) {
        return add(new CachedKeys(shape, adapter, expectedLength));
    }

    private int add(CachedKeys keys) {
        sequences.put(next, keys);
        return next++;
    }

    @Override
    public int fork(int sequence, int length, int expectedLength) {
        return add(keys(sequence).fork(length, expectedLength));
    }

    @Override
    public int length(int sequence) {
        return keys(sequence).length();
    }

    @Override
    public void truncate(int sequence, int length) {
        keys(sequence).truncate(length);
    }

    @Override
    public void end(int sequence) {
        keys(sequence).close();
        sequences.remove(sequence);
    }

    @Override
    public Extended extend(List<Extension> extensions) {
        List<Growth> growths = new ArrayList<>();
        int start = 0;
        for (Extension extension : extensions) {
            Growth growth = growth(extension, start);
            growths.add(growth);
            start += growth.tokens.length;
        }
        int[] adapters = growths.stream()
                .flatMapToInt(growth -> IntStream.range(0, growth.tokens.length).map(i -> growth.keys.adapter()))
                .toArray();
        AdapterRows ofRows = AdapterRows.of(adapters);
        long[] wanted = growths.stream().flatMapToLong(Growth::wantedRows).toArray();
        SequenceLayout layout = SequenceLayout.ofLengths(
                growths.stream().mapToInt(growth -> growth.tokens.length).toArray());
        Pass pass = new Pass(Tape.off(), layout, false, 0, ofRows);
        long[] tokens = growths.stream()
                .flatMapToLong(growth -> LongStream.of(growth.tokens))
                .toArray();
        // A product needs a row.
        long[] computed = wanted.length == 0 ? new long[] {0} : wanted;
        Rows rows = new Rows(tokens, growths.stream().map(Growth::span).toList(), computed);
        try (TensorScope scope = TensorScope.open()) {
            Tensor hidden = model.continued(
                    rows,
                    layer -> growths.stream().map(growth -> growth.in(layer)).toList(),
                    pass);
            growths.forEach(Growth::commit);
            return new Extended(
                    wanted.length == 0 ? null : scope.escape(hidden), pass.withAdapters(ofRows.select(wanted)));
        }
    }

    /**
     * New tokens of a sequence; all of them if the sequence becomes so long that the angles of its earlier rows change (Ding et al. 2024).
     */
    private Growth growth(Extension extension, int start) {
        CachedKeys keys = keys(extension.sequence());
        int before = keys.length();
        int total = before + extension.tokens().length;
        keys.ensure(total);
        if (before == 0 || haveSameAngles(keys.angledFor(), total)) {
            return new Growth(keys, extension.tokens(), before, start, extension.wanted());
        }
        long[] all = Arrays.copyOf(keys.tokens(), total);
        System.arraycopy(extension.tokens(), 0, all, before, extension.tokens().length);
        return new Growth(keys, all, 0, start, extension.wanted());
    }

    private boolean haveSameAngles(int length, int other) {
        return config.rotaries().stream()
                .filter(rotary -> rotary.scaling().dependsOnLength())
                .allMatch(rotary ->
                        Arrays.equals(RotaryFrequencies.of(rotary, length), RotaryFrequencies.of(rotary, other)));
    }

    /**
     * Tokens that a sequence gets in this pass.
     *
     * @param tokens those that are computed
     * @param before number of tokens whose keys stay
     * @param start the first row in the batch
     */
    private record Growth(CachedKeys keys, long[] tokens, int before, int start, int wanted) {
        Span span() {
            int total = before + tokens.length;
            return new Span(LongStream.range(before, total).toArray(), total);
        }

        LongStream wantedRows() {
            long end = (long) start + tokens.length;
            return LongStream.range(end - wanted, end);
        }

        CachedSequence in(int layer) {
            return new CachedSequence(start, tokens.length, before, keys.layer(layer));
        }

        void commit() {
            keys.append(before, tokens);
        }
    }

    @Override
    public long byteSize() {
        return sequences.values().stream().mapToLong(CachedKeys::byteSize).sum();
    }

    @Override
    public void close() {
        sequences.values().forEach(CachedKeys::close);
        sequences.clear();
    }
}
