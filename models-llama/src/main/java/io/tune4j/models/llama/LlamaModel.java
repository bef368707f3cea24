package io.tune4j.models.llama;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SharedRows;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Llama decoder (Touvron et al. 2023): embedding, layers, final norm, output projection. The embedding is frozen, so
 * the tape begins at the first projection that is trained.
 */
final class LlamaModel implements CausalLanguageModel {
    private final Backend backend;

    /** {@code [V, D]}; the head's own weight where the two are tied and it is a plain matrix. */
    private final Tensor embedding;

    private final boolean ownsEmbedding;
    private final RotaryTable rotary;
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final RmsNorm finalNorm;
    private final Linear head;

    LlamaModel(LlamaDefinition definition, Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        this.backend = backend;
        this.rotary = new RotaryTable(backend, dtype, definition.config());
        for (int i = 0; i < definition.layerCount(); i++) {
            layers.add(new DecoderLayer(definition, i, backend, dtype, weights, linears));
        }
        this.finalNorm = new RmsNorm(
                backend,
                weights.load(backend, LlamaDefinition.FINAL_NORM, dtype),
                definition.config().normEpsilon());
        this.head = linears.create(definition.head());
        Tensor shared = definition.tiedEmbeddings() ? plainWeight(head) : null;
        this.ownsEmbedding = shared == null;
        this.embedding =
                shared == null ? TensorScope.detach(weights.load(backend, definition.embedding(), dtype)) : shared;
    }

    private static @Nullable Tensor plainWeight(Linear linear) {
        FrozenLinear frozen = linear.frozen();
        return frozen != null && frozen.weight() instanceof DenseWeight dense ? dense.weight() : null;
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = embedding.gatherRows(Tensor.ofLongs(backend, batch.tokens()));
            Tensor selected = SharedRows.isEveryRow(rows, batch.tokenCount()) ? null : Tensor.ofLongs(backend, rows);
            DecoderLayer.Angles angles = angles(batch, pass);
            if (selected != null) {
                pass.tape().keep(selected);
            }
            for (int i = 0; i < layers.size(); i++) {
                DecoderLayer layer = layers.get(i);
                Tensor wanted = i == layers.size() - 1 ? selected : null;
                Tensor before = x;
                x = i < checkpointedLayers
                        ? pass.tape()
                                .checkpoint(
                                        x, (input, tape) -> layer.forward(input, wanted, angles, pass.withTape(tape)))
                        : layer.forward(x, wanted, angles, pass);
                // The tape holds what the backward needs; without one this keeps two layers' results, not all.
                before.close();
            }
            return scope.escape(finalNorm.forward(x, pass));
        }
    }

    private DecoderLayer.Angles angles(RaggedBatch batch, Pass pass) {
        rotary.ensure(batch.layout().longest());
        Tensor positions = Tensor.ofLongs(backend, batch.layout().positions());
        return new DecoderLayer.Angles(
                pass.tape().keep(rotary.cos(positions)), pass.tape().keep(rotary.sin(positions)));
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
        layers.forEach(DecoderLayer::close);
        finalNorm.close();
        head.close();
        if (ownsEmbedding) {
            embedding.close();
        }
        rotary.close();
    }
}
