package com.example.tune4j.vera;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code y_i += b_i * ((d_i * (x·Aᵀ))·Bᵀ)} on some of the projections of one input (Kopiczko et al. 2023, eq. 2), as one
 * entry on the tape. Shapes: x {@code [T, in]}, x·Aᵀ {@code [T, r]}, which all adapted projections share and which is all that
 * is saved: x itself is not needed to go back.
 */
final class VeraLinear implements Linear {
    private record Part(VeraWeights weights, long column) {
        long out() {
            return weights.projection.outFeatures();
        }

        Tensor of(Tensor wide) {
            return wide.narrow(1, column, out());
        }
    }

    private final FrozenLinear base;
    private final SharedMatrices shared;
    private final List<Part> parts = new ArrayList<>();

    /** @param base taken over; the weights stay the adapter's */
    VeraLinear(FrozenLinear base, SharedMatrices shared, List<VeraWeights> adapted) {
        this.base = base;
        this.shared = shared;
        long column = 0;
        for (Projection projection : base.projections()) {
            for (VeraWeights weights : adapted) {
                if (weights.projection.name().equals(projection.name())) {
                    parts.add(new Part(weights, column));
                }
            }
            column += projection.outFeatures();
        }
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = base.weight().multiply(x);
            if (base.bias() != null) {
                y.addInPlace(base.bias(), 1);
            }
            DType dtype = x.dtype();
            Tensor low = x.matmul(shared.a(x.size(1), dtype).transposed());
            for (Part part : parts) {
                part.of(y).addInPlace(up(part, low).times(part.weights().b.in(dtype)), 1);
            }
            // Also where x itself needs no gradient: d and b do.
            pass.tape().record(y, (dy, gradients) -> backward(dy, x, low, gradients), low);
            return scope.escape(y);
        }
    }

    /** {@code (d * low)·Bᵀ}. */
    private Tensor up(Part part, Tensor low) {
        Tensor scaled = low.times(part.weights().d.in(low.dtype()));
        return scaled.matmul(shared.b(part.out(), low.dtype()).transposed());
    }

    /** {@code db = sum(dy * up); dmid = (dy * b)·B; dd = sum(dmid * low); dx = dy·W + (d * dmid)·A}. */
    private void backward(Tensor dy, Tensor x, Tensor low, Gradients gradients) {
        Tensor dx = gradients.wants(x) ? base.weight().multiplyBackward(dy) : null;
        DType dtype = low.dtype();
        for (Part part : parts) {
            try (TensorScope scope = TensorScope.open()) {
                VeraWeights weights = part.weights();
                Tensor own = part.of(dy);
                weights.b.accumulate(own.times(up(part, low)).sum(0).reshape(part.out()));
                Tensor middle = own.times(weights.b.in(dtype)).matmul(shared.b(part.out(), dtype));
                weights.d.accumulate(middle.times(low).sum(0).reshape(low.size(1)));
                if (dx != null) {
                    dx.matmulInPlace(
                            middle.times(weights.d.in(dtype)),
                            shared.a(weights.projection.inFeatures(), dtype),
                            1,
                            1);
                }
            }
        }
        if (dx != null) {
            gradients.add(x, dx);
        }
    }

    @Override
    public FrozenLinear frozen() {
        return base;
    }

    @Override
    public void close() {
        base.close();
    }
}
