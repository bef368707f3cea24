// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.error.DataException;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/** A model whose batches stay within its vocabulary and its positions: native kernels would read beyond the tables. */
final class CheckedModel implements CausalLanguageModel {
    private final int vocabularySize;
    private final int positions;
    private final CausalLanguageModel model;

    CheckedModel(ModelDefinition definition, CausalLanguageModel model) {
        this.vocabularySize = definition.vocabularySize();
        this.positions = definition.maxSequenceLength();
        this.model = model;
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        List<Sequence> sequences = batch.layout().unshared().sequences();
        for (int i = 0; i < sequences.size(); i++) {
            int length = sequences.get(i).length();
            if (length > positions) {
                throw new DataException("sample " + batch.ids().get(i) + " has " + length
                        + " tokens, but the model has " + positions
                        + " positions; set tokenizer.max_seq_len to at most that, or leave the sample out");
            }
        }
        checkTokens(batch.tokens(), "one of the samples " + batch.ids());
        return model.hiddenStates(batch, rows, pass, checkpointedLayers);
    }

    private void checkTokens(long[] tokens, String place) {
        for (long token : tokens) {
            if (token < 0 || token >= vocabularySize) {
                throw new DataException("token id " + token + " in " + place
                        + " is outside the model's vocabulary of " + vocabularySize
                        + "; the tokenizer does not belong to this model");
            }
        }
    }

    @Override
    public SequenceCache sequenceCache() {
        return new CheckedCache(model.sequenceCache());
    }

    @Override
    public Linear outputHead() {
        return model.outputHead();
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
    public void close() {
        model.close();
    }

    /** A cache whose sequences stay within the vocabulary and the positions. */
    private final class CheckedCache implements SequenceCache {
        private final SequenceCache cache;

        CheckedCache(SequenceCache cache) {
            this.cache = cache;
        }

        @Override
        public Extended extend(List<Extension> extensions) {
            for (Extension extension : extensions) {
                checkTokens(extension.tokens(), "a sequence");
                long length = (long) cache.length(extension.sequence()) + extension.tokens().length;
                if (length > positions) {
                    throw new DataException("a sequence of " + length + " tokens is longer than the model's "
                            + positions + " positions; shorten the prompt, or ask for fewer new tokens");
                }
            }
            return cache.extend(extensions);
        }

        @Override
        public int open(int adapter, int expectedLength) {
            return cache.open(adapter, Math.min(expectedLength, positions));
        }

        @Override
        public int fork(int sequence, int length, int expectedLength) {
            return cache.fork(sequence, length, Math.min(expectedLength, positions));
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
        public long byteSize() {
            return cache.byteSize();
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
