// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Embedding;
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

/**
 * The model of {@link ToyDefinition}: attention with rotary positions, then a gated feed-forward, each beside a residual. Rows are
 * turned and residuals added in place, as real models do, so a projection that saves its own output for the backward fails.
 */
final class ToyModel implements CausalLanguageModel {
    private static final double ROTARY_BASE = 100;

    private record Angles(Tensor cos, Tensor sin) {}

    private record Layer(Linear queryKeyValue, Linear output, Linear gateUp, Linear down) {}

    private final Backend backend;
    private final List<Layer> layers = new ArrayList<>();
    private final Embedding embedding;
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
        embedding = new Embedding(
                backend,
                linears.weight(ToyDefinition.EMBEDDING, () -> weights.load(backend, ToyDefinition.EMBEDDING, dtype)),
                1);
        norm = new RmsNorm(
                backend,
                linears.weight(ToyDefinition.NORM, () -> weights.load(backend, ToyDefinition.NORM, dtype)),
                1e-5);
        head = linears.create(definition.head());
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = embedding.forward(batch.tokens(), pass);
            Angles angles = angles(batch.layout().positions(), x.dtype(), pass.tape());
            for (int i = 0; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                x = i < checkpointedLayers
                        ? pass.tape().checkpoint(x, (input, tape) -> forward(layer, input, angles, pass.withTape(tape)))
                        : forward(layer, x, angles, pass);
            }
            Tensor wanted = RowSelection.apply(x, pass.tape().keep(Tensor.ofLongs(backend, rows)), pass);
            return scope.escape(norm.forward(wanted, pass));
        }
    }

    /** The angles of {@code [T]} positions; all layers share them. */
    private Angles angles(long[] positions, DType dtype, Tape tape) {
        int half = ToyDefinition.SHAPE.headSize() / 2;
        double[] cos = new double[positions.length * half];
        double[] sin = new double[cos.length];
        for (int i = 0; i < cos.length; i++) {
            double angle = positions[i / half] * Math.pow(ROTARY_BASE, -(double) (i % half) / half);
            cos[i] = Math.cos(angle);
            sin[i] = Math.sin(angle);
        }
        return new Angles(
                tape.keep(Tensor.ofDoubles(backend, dtype, cos, positions.length, half)),
                tape.keep(Tensor.ofDoubles(backend, dtype, sin, positions.length, half)));
    }

    private Tensor forward(Layer layer, Tensor x, Angles angles, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            RotaryAttention attention = new RotaryAttention(backend, ToyDefinition.SHAPE);
            Tensor fused = layer.queryKeyValue().forward(x, pass);
            Tensor attended = attention.attend(attention.rotateInPlace(fused, angles.cos(), angles.sin(), pass), pass);
            Tensor h = Residual.addInPlace(layer.output().forward(attended, pass), x, pass);
            Tensor gated = SwiGlu.apply(backend, layer.gateUp().forward(h, pass), pass);
            return scope.escape(Residual.addInPlace(layer.down().forward(gated, pass), h, pass));
        }
    }

    @Override
    public boolean sharesRows() {
        return true;
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
