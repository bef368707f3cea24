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
        for (long token : batch.tokens()) {
            if (token < 0 || token >= vocabularySize) {
                throw new DataException("token id " + token + " in one of the samples " + batch.ids()
                        + " is outside the model's vocabulary of " + vocabularySize
                        + "; the tokenizer does not belong to this model");
            }
        }
        return model.hiddenStates(batch, rows, pass, checkpointedLayers);
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
}
