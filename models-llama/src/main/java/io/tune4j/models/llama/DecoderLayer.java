package io.tune4j.models.llama;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code h = x + attention(norm(x)); y = h + mlp(norm(h))}. */
final class DecoderLayer implements AutoCloseable {
    /** The rotary angles of a batch's rows, {@code [T, headSize / 2]} each. */
    record Angles(Tensor cos, Tensor sin) {}

    private final Backend backend;
    private final RmsNorm attentionNorm;
    private final Linear queryKeyValue;
    private final RotaryAttention attention;
    private final Linear output;
    private final RmsNorm mlpNorm;
    private final Linear gateUp;
    private final Linear down;

    DecoderLayer(
            LlamaDefinition definition,
            int index,
            Backend backend,
            DType dtype,
            WeightSource weights,
            LinearFactory linears) {
        LlamaConfig config = definition.config();
        LayerNames names = new LayerNames(config, index);
        this.backend = backend;
        this.attentionNorm =
                new RmsNorm(backend, weights.load(backend, names.attentionNorm(), dtype), config.normEpsilon());
        this.queryKeyValue = linears.create(List.of(names.query(), names.key(), names.value()));
        this.attention = new RotaryAttention(
                backend, new AttentionShape(config.heads(), config.keyValueHeads(), config.headSize()));
        this.output = linears.create(names.output());
        this.mlpNorm = new RmsNorm(backend, weights.load(backend, names.mlpNorm(), dtype), config.normEpsilon());
        this.gateUp = linears.create(List.of(names.gate(), names.up()));
        this.down = linears.create(names.down());
    }

    /**
     * @param x {@code [T, D]}
     * @param rows {@code [N]} of the rows whose result is wanted, for the last layer; null for all. Other rows then
     *     only take part in attention: nothing after it is computed for them
     * @return {@code [T, D]}, or {@code [N, D]}
     */
    Tensor forward(Tensor x, @Nullable Tensor rows, Angles angles, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor attended = attend(x, angles, pass);
            Tensor own = x;
            if (rows != null) {
                attended = RowSelection.apply(attended, rows, pass);
                own = RowSelection.apply(x, rows, pass);
            }
            Tensor h = project(attended, own, pass);
            Tensor y = feedForward(h, pass);
            return scope.escape(pass.isReplay() ? Residual.replayInPlace(y, h, pass) : Residual.addInPlace(y, h, pass));
        }
    }

    /** {@code own + output(attended)}, remembered in a layer that is computed again: it is as small as the layer's input. */
    private Tensor project(Tensor attended, Tensor own, Pass pass) {
        Tensor known = pass.tape().recall();
        if (known != null) {
            output.replay(attended, known, pass);
            return Residual.replayInPlace(known, own, pass);
        }
        return pass.tape().remember(Residual.addInPlace(output.forward(attended, pass), own, pass));
    }

    private Tensor attend(Tensor x, Angles angles, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = queryKeyValue.forward(attentionNorm.forward(x, pass), pass);
            attention.rotateInPlace(fused, angles.cos(), angles.sin(), pass);
            return scope.escape(attention.attend(fused, pass));
        }
    }

    private Tensor feedForward(Tensor h, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = gateUp.forward(mlpNorm.forward(h, pass), pass);
            Tensor product = SwiGlu.apply(backend, fused, pass);
            if (pass.isReplay()) {
                Tensor unread = Tensor.empty(backend, h.dtype(), h.shape());
                down.replay(product, unread, pass);
                return scope.escape(unread);
            }
            return scope.escape(down.forward(product, pass));
        }
    }

    @Override
    public void close() {
        attentionNorm.close();
        queryKeyValue.close();
        output.close();
        mlpNorm.close();
        gateUp.close();
        down.close();
    }
}
