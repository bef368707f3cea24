package com.example.tune4j.seed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Residual;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.RotaryAttention;
import io.tune4j.api.nn.SwiGlu;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/** {@code h = x + attention(norm(x)); y = h + mlp(norm(h))}, put together from the API's differentiable blocks. */
final class SeedOssLayer implements AutoCloseable {
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

    SeedOssLayer(
            SeedOssDefinition definition,
            int index,
            Backend backend,
            DType dtype,
            WeightSource weights,
            LinearFactory linears) {
        SeedOssConfig config = definition.config();
        this.backend = backend;
        String attentionNormName = SeedOssDefinition.attentionNorm(index);
        this.attentionNorm = new RmsNorm(
                backend,
                linears.weight(attentionNormName, () -> weights.load(backend, attentionNormName, dtype)),
                config.normEpsilon());
        // Asked for together, they are computed as one product, whatever a PEFT method makes of them.
        this.queryKeyValue = linears.create(definition.queryKeyValue(index));
        this.attention = new RotaryAttention(backend, config.attention());
        this.output = linears.create(definition.output(index));
        String mlpNormName = SeedOssDefinition.mlpNorm(index);
        this.mlpNorm = new RmsNorm(
                backend,
                linears.weight(mlpNormName, () -> weights.load(backend, mlpNormName, dtype)),
                config.normEpsilon());
        this.gateUp = linears.create(definition.gateUp(index));
        this.down = linears.create(definition.down(index));
    }

    Tensor forward(Tensor x, Angles angles, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor fused = queryKeyValue.forward(attentionNorm.forward(x, pass), pass);
            attention.rotateInPlace(fused, angles.cos(), angles.sin(), pass);
            Tensor h = Residual.add(x, output.forward(attention.attend(fused, pass), pass), pass);
            Tensor gated = SwiGlu.apply(backend, gateUp.forward(mlpNorm.forward(h, pass), pass), pass);
            return scope.escape(Residual.add(h, down.forward(gated, pass), pass));
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
