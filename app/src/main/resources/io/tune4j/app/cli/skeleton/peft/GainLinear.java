package @package@;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Map;

/** {@code y = (1 + g) * x·Wᵀ + b}: {@code dx = ((1 + g) * dy)·W}, {@code dg = sum over rows of dy * x·Wᵀ}. */
final class GainLinear implements Linear {
    private final FrozenLinear base;
    private final Map<String, Parameter> gains;

    GainLinear(FrozenLinear base, Map<String, Parameter> gains) {
        this.base = base;
        this.gains = gains;
    }

    /** Projections of the same input are computed together; each has its columns, and some have no gain. */
    private void scaleInPlace(Tensor columns) {
        long start = 0;
        for (Projection projection : base.projections()) {
            Parameter gain = gains.get(projection.name());
            if (gain != null) {
                columns.narrow(1, start, projection.outFeatures())
                        .timesInPlace(gain.in(columns.dtype()).plus(1));
            }
            start += projection.outFeatures();
        }
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor plain = base.weight().multiply(x);
            Tensor y = plain.copy();
            scaleInPlace(y);
            Tensor bias = base.bias();
            if (bias != null) {
                y.addInPlace(bias, 1);
            }
            // The model may overwrite y, so what the backward reads is the product before the gains.
            pass.tape()
                    .record(
                            y,
                            (dy, gradients) -> {
                                accumulate(dy.times(plain).sum(0));
                                if (gradients.wants(x)) {
                                    Tensor scaled = dy.copy();
                                    scaleInPlace(scaled);
                                    gradients.add(x, base.weight().multiplyBackward(scaled));
                                }
                            },
                            plain);
            return scope.escape(y);
        }
    }

    /** @param sum {@code [1, sum of out]} */
    private void accumulate(Tensor sum) {
        long start = 0;
        for (Projection projection : base.projections()) {
            Parameter gain = gains.get(projection.name());
            if (gain != null) {
                gain.accumulate(sum.narrow(1, start, projection.outFeatures()).reshape(projection.outFeatures()));
            }
            start += projection.outFeatures();
        }
    }

    @Override
    public void close() {
        base.close();
    }
}
