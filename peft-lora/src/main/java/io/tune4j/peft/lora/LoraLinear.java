// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.nn.Dropout;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x·Wᵀ + b, y[:, i] += s_i · (drop_i(x)·A_iᵀ)·B_iᵀ}: projections of one input with adapters on some of them
 * (Hu et al. 2021, eq. 3), as one entry on the tape.
 *
 * <p>Saves x, which the projections share, and {@code s · drop(x)·Aᵀ [T, sum of ranks]}: a hundredth of x's size in usual
 * ranks, against reading all of x again. Neither W nor a mask is kept: W is multiplied from where it lies, and a mask is
 * drawn again from its seed. As in peft each adapter drops x on its own, so with dropout the A's cannot share a product.
 */
final class LoraLinear implements Linear {
    private final FrozenLinear base;
    private final double dropout;

    /** One update for all adapters or, with dropout, one for each. */
    private final List<LowRankUpdate> updates;

    /** @param base taken over; the weights of {@code adapted} stay the adapter's */
    LoraLinear(FrozenLinear base, List<LoraWeights> adapted, double dropout) {
        this.base = base;
        this.dropout = dropout;
        this.updates = dropout > 0
                ? adapted.stream()
                        .map(weights -> new LowRankUpdate(base.projections(), List.of(weights)))
                        .toList()
                : List.of(new LowRankUpdate(base.projections(), adapted));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> lows = lows(x, pass);
            Tensor y = updates.get(0).multiply(base.weight(), x, lows.get(0));
            for (int i = 1; i < lows.size(); i++) {
                updates.get(i).addUp(y, lows.get(i));
            }
            Tensor bias = base.bias();
            if (bias != null) {
                y.addInPlace(bias, 1);
            }
            record(y, x, lows, pass);
            return scope.escape(y);
        }
    }

    @Override
    public boolean addsToFrozen() {
        return true;
    }

    @Override
    public void addInPlace(Tensor y, Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> lows = lows(x, pass);
            for (int i = 0; i < lows.size(); i++) {
                updates.get(i).addUp(y, lows.get(i));
            }
        }
    }

    /** Computes {@code s · drop(x)·Aᵀ} alone, which the gradient of B is made of. */
    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            record(result, x, lows(x, pass), pass);
        }
    }

    /** {@code s_i · drop_i(x)·A_iᵀ} of each update. */
    private List<Tensor> lows(Tensor x, Pass pass) {
        List<Tensor> lows = new ArrayList<>();
        for (LowRankUpdate update : updates) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor mask = mask(update, x, pass);
                lows.add(scope.escape(update.down(mask == null ? x : x.times(mask))));
            }
        }
        return lows;
    }

    /** Records the entry even where x needs no gradient, because A and B do. */
    private void record(Tensor y, Tensor x, List<Tensor> lows, Pass pass) {
        List<Tensor> saved = new ArrayList<>(lows);
        saved.add(x);
        pass.tape().record(y, (dy, gradients) -> backward(dy, x, lows, pass, gradients), saved.toArray(Tensor[]::new));
    }

    /** {@code dx = dy·W + drop_i(s_i · dy_i·B_i · A_i)} summed over i; dA and dB as {@link LowRankUpdate} says. */
    private void backward(Tensor dy, Tensor x, List<Tensor> lows, Pass pass, Gradients gradients) {
        boolean wanted = gradients.wants(x);
        Tensor dx = null;
        for (int i = 0; i < lows.size(); i++) {
            try (TensorScope scope = TensorScope.open()) {
                LowRankUpdate update = updates.get(i);
                Tensor mask = mask(update, x, pass);
                Tensor lowGradient = update.parameterGradients(dy, mask == null ? x : x.times(mask), lows.get(i));
                if (wanted && mask == null && dx == null) {
                    dx = scope.escape(update.multiplyBackward(base.weight(), dy, lowGradient));
                } else if (wanted) {
                    dx = dx == null ? scope.escape(base.weight().multiplyBackward(dy)) : dx;
                    Tensor more = update.inputGradient(lowGradient);
                    dx.addInPlace(mask == null ? more : more.timesInPlace(mask), 1);
                }
            }
        }
        if (dx != null) {
            gradients.add(x, dx);
        }
    }

    @Override
    public Update update(Tensor x, Pass pass) {
        return new SharedUpdate(x, lows(x, pass), pass);
    }

    /** The parts of {@link #forward} and of its backward beside the frozen product, for rows that share that with other adapters'. */
    private final class SharedUpdate implements Update {
        private final Tensor x;
        private final List<Tensor> lows;
        private final Pass pass;

        SharedUpdate(Tensor x, List<Tensor> lows, Pass pass) {
            this.x = x;
            this.lows = lows;
            this.pass = pass;
        }

        @Override
        public @Nullable Factors factors() {
            Tensor up = updates.get(0).wholeUp(x.dtype());
            return up == null ? null : new Factors(lows.get(0), up);
        }

        @Override
        public void addTo(Tensor y) {
            for (int i = updates.get(0).wholeUp(x.dtype()) == null ? 0 : 1; i < lows.size(); i++) {
                updates.get(i).addUp(y, lows.get(i));
            }
        }

        @Override
        public List<Tensor> saved() {
            List<Tensor> saved = new ArrayList<>(lows);
            saved.add(x);
            return saved;
        }

        private boolean drops() {
            return dropout > 0 && pass.training();
        }

        @Override
        public @Nullable Factors backward(Tensor dy, boolean wanted) {
            if (drops()) {
                return null;
            }
            LowRankUpdate first = updates.get(0);
            Tensor lowGradient = first.parameterGradients(dy, x, lows.get(0));
            return wanted ? new Factors(lowGradient, first.down(x.dtype())) : null;
        }

        @Override
        public void finish(Tensor dy, @Nullable Tensor dx) {
            for (int i = drops() ? 0 : 1; i < lows.size(); i++) {
                try (TensorScope scope = TensorScope.open()) {
                    LowRankUpdate update = updates.get(i);
                    Tensor mask = mask(update, x, pass);
                    Tensor lowGradient = update.parameterGradients(dy, mask == null ? x : x.times(mask), lows.get(i));
                    if (dx != null) {
                        Tensor more = update.inputGradient(lowGradient);
                        dx.addInPlace(mask == null ? more : more.timesInPlace(mask), 1);
                    }
                }
            }
        }
    }

    private @Nullable Tensor mask(LowRankUpdate update, Tensor x, Pass pass) {
        return dropout > 0 && pass.training() ? Dropout.mask(x, dropout, pass.seedFor(update.firstName())) : null;
    }

    @Override
    public FrozenLinear frozen() {
        return base;
    }

    @Override
    public void close() {
        updates.forEach(LowRankUpdate::close);
        base.close();
    }
}
