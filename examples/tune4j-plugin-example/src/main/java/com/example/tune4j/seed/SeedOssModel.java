package com.example.tune4j.seed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Embedding;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/** Embedding, layers, final norm. Hidden states are {@code [T, D]} over all tokens of a batch: there is no padding. */
final class SeedOssModel implements CausalLanguageModel {
    private final SeedOssConfig config;
    private final Backend backend;
    private final DType dtype;
    private final Embedding embedding;
    private final List<SeedOssLayer> layers = new ArrayList<>();
    private final RmsNorm finalNorm;
    private final Linear head;

    SeedOssModel(SeedOssDefinition definition, Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        this.config = definition.config();
        this.backend = backend;
        this.dtype = dtype;
        // Asked for by name, as projections are: a method may train it.
        this.embedding = new Embedding(
                backend,
                linears.weight(
                        SeedOssDefinition.EMBEDDING, () -> weights.load(backend, SeedOssDefinition.EMBEDDING, dtype)),
                1);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new SeedOssLayer(definition, i, backend, dtype, weights, linears));
        }
        this.finalNorm =
                new RmsNorm(
                        backend,
                        linears.weight(
                                SeedOssDefinition.FINAL_NORM,
                                () -> weights.load(backend, SeedOssDefinition.FINAL_NORM, dtype)),
                        config.normEpsilon());
        this.head = linears.create(definition.head());
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = embedding.forward(batch.tokens(), pass);
            SeedOssLayer.Angles angles = angles(batch, pass);
            for (int i = 0; i < layers.size(); i++) {
                SeedOssLayer layer = layers.get(i);
                x = i < checkpointedLayers
                        ? pass.tape().checkpoint(x, (input, tape) -> layer.forward(input, angles, pass.withTape(tape)))
                        : layer.forward(x, angles, pass);
            }
            // Only the rows that are asked for go on to the norm and the output.
            Tensor wanted = RowSelection.apply(x, pass.tape().keep(Tensor.ofLongs(backend, rows)), pass);
            return scope.escape(finalNorm.forward(wanted, pass));
        }
    }

    /** Rotary angles (Su et al. 2021, eq. 34) of each row's position, which all layers share. */
    private SeedOssLayer.Angles angles(RaggedBatch batch, Pass pass) {
        long[] positions = batch.layout().positions();
        int half = config.attention().headSize() / 2;
        double[] cos = new double[positions.length * half];
        double[] sin = new double[positions.length * half];
        for (int row = 0, at = 0; row < positions.length; row++) {
            for (int i = 0; i < half; i++, at++) {
                // In fp32, as the weights were trained.
                float frequency = 1 / (float) Math.pow(config.ropeTheta(), (float) i / half);
                float angle = positions[row] * frequency;
                cos[at] = Math.cos(angle);
                sin[at] = Math.sin(angle);
            }
        }
        return new SeedOssLayer.Angles(
                pass.tape().keep(Tensor.ofDoubles(backend, dtype, cos, positions.length, half)),
                pass.tape().keep(Tensor.ofDoubles(backend, dtype, sin, positions.length, half)));
    }

    @Override
    public Linear outputHead() {
        return head;
    }

    @Override
    public boolean sharesRows() {
        return true;
    }

    @Override
    public int layerCount() {
        return layers.size();
    }

    @Override
    public void close() {
        embedding.close();
        layers.forEach(SeedOssLayer::close);
        finalNorm.close();
        head.close();
    }
}
