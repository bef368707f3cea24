// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** For models that keep nothing: remembers the tokens alone, and computes all of a sequence whenever it grows. */
final class RecomputingCache implements SequenceCache {
    private final CausalLanguageModel model;
    private final Map<Integer, Growing> sequences = new TreeMap<>();
    private int next;

    RecomputingCache(CausalLanguageModel model) {
        this.model = model;
    }

    private record Growing(int adapter, long[] tokens) {}

    @Override
    public int open(int adapter, int expectedLength) {
        sequences.put(next, new Growing(adapter, new long[0]));
        return next++;
    }

    @Override
    public int fork(int sequence, int length, int expectedLength) {
        Growing other = growing(sequence);
        sequences.put(next, new Growing(other.adapter, Arrays.copyOf(other.tokens, length)));
        return next++;
    }

    private Growing growing(int sequence) {
        Growing found = sequences.get(sequence);
        if (found == null) {
            throw new IllegalArgumentException("no sequence " + sequence);
        }
        return found;
    }

    @Override
    public int length(int sequence) {
        return growing(sequence).tokens.length;
    }

    @Override
    public void truncate(int sequence, int length) {
        Growing growing = growing(sequence);
        sequences.put(sequence, new Growing(growing.adapter, Arrays.copyOf(growing.tokens, length)));
    }

    @Override
    public void end(int sequence) {
        sequences.remove(sequence);
    }

    @Override
    public Extended extend(List<Extension> extensions) {
        List<Growing> grown = new ArrayList<>();
        List<Integer> adapters = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> hidden = new ArrayList<>();
            for (Extension extension : extensions) {
                Growing whole = appended(growing(extension.sequence()), extension.tokens());
                grown.add(whole);
                if (extension.wanted() > 0) {
                    hidden.add(states(whole, extension));
                }
                for (int i = 0; i < extension.wanted(); i++) {
                    adapters.add(whole.adapter);
                }
            }
            for (int i = 0; i < grown.size(); i++) {
                sequences.put(extensions.get(i).sequence(), grown.get(i));
            }
            int[] ofRows = adapters.stream().mapToInt(Integer::intValue).toArray();
            Tensor all = hidden.isEmpty() ? null : scope.escape(Tensor.concatenate(0, hidden));
            return new Extended(all, pass(SequenceLayout.ofLengths(), AdapterRows.of(ofRows)));
        }
    }

    private Tensor states(Growing whole, Extension extension) {
        SequenceLayout layout = SequenceLayout.ofLengths(whole.tokens.length);
        RaggedBatch batch = new RaggedBatch(
                List.of("sequence " + extension.sequence()), whole.tokens, new long[0], new long[0], layout);
        long[] rows = LongStream.range(whole.tokens.length - extension.wanted(), whole.tokens.length)
                .toArray();
        return model.hiddenStates(batch, rows, pass(layout, AdapterRows.all(whole.adapter)), 0);
    }

    private static Pass pass(SequenceLayout layout, AdapterRows adapters) {
        return new Pass(Tape.off(), layout, false, 0, adapters);
    }

    private static Growing appended(Growing to, long[] tokens) {
        long[] all = Arrays.copyOf(to.tokens, to.tokens.length + tokens.length);
        System.arraycopy(tokens, 0, all, to.tokens.length, tokens.length);
        return new Growing(to.adapter, all);
    }

    @Override
    public long byteSize() {
        return 0;
    }

    @Override
    public void close() {
        sequences.clear();
    }
}
