// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Residual;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.RotaryAttention;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.nn.SwiGlu;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/** The model of {@link ToyDefinition}: attention without positions, then a gated feed-forward, both beside a residual. */
final class ToyModel implements CausalLanguageModel {
    private record Layer(Linear queryKeyValue, Linear output, Linear gateUp, Linear down) {}

    private final Backend backend;
    private final List<Layer> layers = new ArrayList<>();
    private final Tensor embedding;
    private final RmsNorm norm;
    private final Linear head;

    ToyModel(ToyDefinition definition, Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        this.backend = backend;
        for (int i = 0; i < definition.layers(); i++) {
            layers.add(new Layer(
                    linears.create(definition.queryKeyValue(i)),
                    linears.create(definition.output(i)),
                    linears.create(definition.gateUp(i)),
                    linears.create(definition.down(i))));
        }
        embedding = TensorScope.detach(weights.load(backend, ToyDefinition.EMBEDDING, dtype));
        norm = new RmsNorm(backend, weights.load(backend, ToyDefinition.NORM, dtype), 1e-5);
        head = linears.create(definition.head());
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = embedding.gatherRows(Tensor.ofLongs(backend, batch.tokens()));
            for (int i = 0; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                x = i < checkpointedLayers
                        ? pass.tape().checkpoint(x, (input, tape) -> forward(layer, input, pass.withTape(tape)))
                        : forward(layer, x, pass);
            }
            Tensor wanted = RowSelection.apply(x, pass.tape().keep(Tensor.ofLongs(backend, rows)), pass);
            return scope.escape(norm.forward(wanted, pass));
        }
    }

    private Tensor forward(Layer layer, Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = layer.queryKeyValue().forward(x, pass);
            Tensor attended = new RotaryAttention(backend, ToyDefinition.SHAPE).attend(fused, pass);
            Tensor h = Residual.add(x, layer.output().forward(attended, pass), pass);
            Tensor gated = SwiGlu.apply(backend, layer.gateUp().forward(h, pass), pass);
            return scope.escape(Residual.add(h, layer.down().forward(gated, pass), pass));
        }
    }

    @Override
    public Linear outputHead() {
        return head;
    }

    @Override
    public int layerCount() {
        return layers.size();
    }

    @Override
    public void close() {
        for (Layer layer : layers) {
            layer.queryKeyValue().close();
            layer.output().close();
            layer.gateUp().close();
            layer.down().close();
        }
        embedding.close();
        norm.close();
        head.close();
    }
}
