// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.engine.adapter.AdapterSet;
import java.util.List;

/**
 * A model with several adapters as it is with one of them: for validation and samples. Closing it closes nothing.
 *
 * @param model with all adapters; stays the caller's
 * @param adapter its number in {@link AdapterRows}
 */
record OneAdapterModel(CausalLanguageModel model, int adapter) implements CausalLanguageModel {
    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        return model.hiddenStates(batch, rows, pass.withAdapters(AdapterRows.all(adapter)), checkpointedLayers);
    }

    @Override
    public Linear outputHead() {
        return AdapterSet.of(model.outputHead(), adapter);
    }

    @Override
    public int layerCount() {
        return model.layerCount();
    }

    @Override
    public boolean sharesRows() {
        return model.sharesRows();
    }

    @Override
    public SequenceCache sequenceCache() {
        return new OneAdapterCache(model.sequenceCache(), adapter);
    }

    @Override
    public void close() {}

    /** A cache whose sequences go through one adapter. */
    private record OneAdapterCache(SequenceCache cache, int adapter) implements SequenceCache {
        @Override
        public int open(int ignored, int expectedLength) {
            return cache.open(adapter, expectedLength);
        }

        @Override
        public int fork(int sequence, int length, int expectedLength) {
            return cache.fork(sequence, length, expectedLength);
        }

        @Override
        public int length(int sequence) {
            return cache.length(sequence);
        }

        @Override
        public void truncate(int sequence, int length) {
            cache.truncate(sequence, length);
        }

        @Override
        public void end(int sequence) {
            cache.end(sequence);
        }

        @Override
        public Extended extend(List<Extension> extensions) {
            return cache.extend(extensions);
        }

        @Override
        public long byteSize() {
            return cache.byteSize();
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
