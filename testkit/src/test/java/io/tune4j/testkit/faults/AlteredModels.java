// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.reference.JavaBackend;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.util.Arrays;
import java.util.List;

/** Toy models that hand everything on but one thing, which they do wrongly. */
final class AlteredModels {
    private AlteredModels() {}

    /** Hands everything on. */
    static class Same implements ModelDefinition {
        final ModelDefinition right;

        Same(ModelDefinition right) {
            this.right = right;
        }

        @Override
        public String describe() {
            return right.describe();
        }

        @Override
        public int vocabularySize() {
            return right.vocabularySize();
        }

        @Override
        public int maxSequenceLength() {
            return right.maxSequenceLength();
        }

        @Override
        public int layerCount() {
            return right.layerCount();
        }

        @Override
        public List<WeightShape> weights() {
            return right.weights();
        }

        @Override
        public List<Projection> projections() {
            return right.projections();
        }

        @Override
        public boolean tiedEmbeddings() {
            return right.tiedEmbeddings();
        }

        @Override
        public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
            return right.assemble(backend, dtype, weights, linears);
        }
    }

    /** Hands everything on. */
    static class SameModel implements CausalLanguageModel {
        final CausalLanguageModel model;

        SameModel(CausalLanguageModel model) {
            this.model = model;
        }

        @Override
        public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
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

    /** Takes shared rows, or all rows, for one sequence. */
    static final class Rebatched extends Same {
        private final boolean all;

        Rebatched(ModelDefinition right, boolean all) {
            super(right);
            this.all = all;
        }

        @Override
        public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
            return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                @Override
                public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
                    SequenceLayout layout = all
                            ? SequenceLayout.ofLengths(batch.tokenCount())
                            : new SequenceLayout(batch.layout().sequences());
                    RaggedBatch alone = new RaggedBatch(
                            batch.ids(),
                            batch.tokens(),
                            batch.labelledRows(),
                            batch.labels(),
                            batch.weights(),
                            batch.labelSamples(),
                            layout);
                    Pass own = new Pass(pass.tape(), layout, pass.training(), pass.randomKey());
                    return model.hiddenStates(alone, rows, own, checkpointedLayers);
                }
            };
        }
    }

    /** The columns of the values stay zero where the window is shorter than a sequence. */
    static final class WithoutValueGradient extends JavaBackendFactory {
        @Override
        protected Backend open(int threads) {
            return new JavaBackend(threads) {
                @Override
                public Tensor attentionBackward(
                        Tensor outputGradient,
                        Tensor fused,
                        Attended attended,
                        SequenceLayout layout,
                        AttentionShape shape) {
                    Tensor gradient = super.attentionBackward(outputGradient, fused, attended, layout, shape);
                    if (shape.window() > 0 && layout.longest() > shape.window()) {
                        gradient.narrow(1, shape.querySize() + shape.keyValueSize(), shape.keyValueSize())
                                .fillInPlace(0);
                    }
                    return gradient;
                }
            };
        }
    }

    static final class Renamed extends Same {
        Renamed(ModelDefinition right) {
            super(right);
        }

        @Override
        public List<WeightShape> weights() {
            return right.weights().stream()
                    .map(weight -> new WeightShape(weight.name().replace("norm", "layer_norm"), weight.shape()))
                    .toList();
        }
    }

    static final class Bypassing extends Same {
        Bypassing(ModelDefinition right) {
            super(right);
        }

        @Override
        public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
            LinearFactory own = new DenseFormat().factory(backend, dtype, weights);
            return right.assemble(
                    backend,
                    dtype,
                    weights,
                    projections -> projections.get(0).leafName().equals("o_proj")
                            ? own.create(projections)
                            : linears.create(projections));
        }
    }

    /** Scales the hidden states, which the tape does not know of. */
    static class Changed extends Same {
        private final double factor;

        Changed(ModelDefinition right, double factor) {
            super(right);
            this.factor = factor;
        }

        Tensor change(Tensor hidden, int checkpointedLayers) {
            return factor == 1 ? hidden : hidden.timesInPlace(factor);
        }

        @Override
        public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
            return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                @Override
                public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
                    return change(model.hiddenStates(batch, rows, pass, checkpointedLayers), checkpointedLayers);
                }
            };
        }
    }

    /** Goes around the check, and wraps tokens around instead of refusing them. */
    static final class Unchecked extends Same {
        Unchecked(ModelDefinition right) {
            super(right);
        }

        @Override
        public CausalLanguageModel build(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
            return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                @Override
                public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
                    long[] tokens = Arrays.stream(batch.tokens())
                            .map(token -> token % right.vocabularySize())
                            .toArray();
                    RaggedBatch wrapped = new RaggedBatch(
                            batch.ids(),
                            tokens,
                            batch.labelledRows(),
                            batch.labels(),
                            batch.weights(),
                            batch.labelSamples(),
                            batch.layout());
                    return model.hiddenStates(wrapped, rows, pass, checkpointedLayers);
                }
            };
        }
    }
}
