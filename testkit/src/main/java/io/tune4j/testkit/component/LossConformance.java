// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.autograd.TrainedLinear;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything that a loss must do: it is a sum over rows that do not depend on each other, and has gradients. */
public abstract class LossConformance extends ComponentConformance<Loss> {
    private static final int WIDTH = 4;
    private static final int VOCABULARY = 7;
    private static final long[] LABELS = {3, 0, 6, 6, 1};

    protected LossConformance() {
        super(Loss.class);
    }

    private Tensor random(long seed, DType dtype, long... shape) {
        return Tensor.uniform(backend(), seed, DType.FLOAT64, shape)
                .plus(-0.5)
                .times(3)
                .cast(dtype);
    }

    private FrozenLinear head(DType dtype) {
        Projection projection = new Projection("head", WIDTH, VOCABULARY, false);
        return new FrozenLinear(List.of(projection), new DenseWeight(random(1, dtype, VOCABULARY, WIDTH)), null);
    }

    private static Pass pass(Tape tape) {
        return new Pass(tape, SequenceLayout.ofLengths(LABELS.length), true, 5);
    }

    private double sum(Tensor hidden, Linear head, long... labels) {
        try (TensorScope scope = TensorScope.open();
                Tape off = Tape.off()) {
            return component()
                    .sum(backend(), hidden, head, Tensor.ofLongs(backend(), labels), pass(off))
                    .item();
        }
    }

    @Test
    final void itIsTheSumOfItsRows() {
        Tensor hidden = random(2, DType.FLOAT64, LABELS.length, WIDTH);
        try (FrozenLinear head = head(DType.FLOAT64)) {
            double rows = 0;
            for (int i = 0; i < LABELS.length; i++) {
                rows += sum(hidden.rows(i, 1), head, LABELS[i]);
            }
            assertThat(sum(hidden, head, LABELS)).isCloseTo(rows, within(1e-9));
            assertThat(sum(hidden, head, LABELS))
                    .as("another label is another loss")
                    .isNotEqualTo(sum(hidden, head, 4, 0, 6, 6, 1));
        }
    }

    @Test
    final void itIsAScalarOfAtLeastFp32() {
        for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            try (FrozenLinear head = head(dtype);
                    Tape off = Tape.off()) {
                Tensor hidden = random(2, dtype, LABELS.length, WIDTH);
                Tensor loss = component().sum(backend(), hidden, head, Tensor.ofLongs(backend(), LABELS), pass(off));
                assertThat(loss.elementCount()).isEqualTo(1);
                assertThat(loss.dtype().byteSize()).as("of %s", dtype).isGreaterThanOrEqualTo(4);
                assertThat(loss.item()).isFinite();
            }
        }
    }

    @Test
    final void gradientsOfAFrozenHeadAreThoseOfFiniteDifferences() {
        Tensor labels = Tensor.ofLongs(backend(), LABELS);
        try (FrozenLinear head = head(DType.FLOAT64)) {
            FiniteDifferences.check(
                    backend(),
                    List.of(random(2, DType.FLOAT64, LABELS.length, WIDTH)),
                    List.of(),
                    (x, tape) -> component().sum(backend(), x.get(0), head, labels, pass(tape)));
        }
    }

    @Test
    final void gradientsOfATrainedHeadAreThoseOfFiniteDifferences() {
        Tensor labels = Tensor.ofLongs(backend(), LABELS);
        Parameter weight = new Parameter("head", random(1, DType.FLOAT64, VOCABULARY, WIDTH));
        try (Linear head = new TrainedLinear(weight)) {
            FiniteDifferences.check(
                    backend(),
                    List.of(random(2, DType.FLOAT64, LABELS.length, WIDTH)),
                    List.of(weight),
                    (x, tape) -> component().sum(backend(), x.get(0), head, labels, pass(tape)));
        }
    }
}
