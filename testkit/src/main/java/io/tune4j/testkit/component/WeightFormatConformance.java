// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyDefinition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything that a format of frozen weights must do, on a toy model's projections. */
public abstract class WeightFormatConformance extends ComponentConformance<WeightFormat> {
    private static final int ROWS = 5;

    protected WeightFormatConformance() {
        super(WeightFormat.class);
    }

    /** The largest difference of a weight from the stored one, relative to the largest weight; 0 for a format that rounds nothing. */
    protected abstract double rounding();

    /** The model whose weights are stored. */
    protected ModelDefinition model() {
        return new ToyDefinition(1, false, true);
    }

    /** The weights that the format reads. */
    protected WeightSource weights() {
        return new RandomWeights(model());
    }

    /** The dtype of products, for which {@link FiniteDifferences} needs fp64. */
    private static final DType WIDE = DType.FLOAT64;

    private interface Check {
        void on(List<Projection> projections, FrozenLinear linear);
    }

    /** Stacked projections with a bias, and one that stands alone. */
    private void each(DType dtype, Check check) {
        List<Projection> all = model().projections();
        for (List<Projection> projections : List.of(all.subList(0, 3), all.subList(3, 4))) {
            try (FrozenLinear linear =
                    component().factory(backend(), dtype, weights()).create(projections)) {
                check.on(projections, linear);
            }
        }
    }

    private Tensor random(long seed, DType dtype, long... shape) {
        return Tensor.uniform(backend(), seed, DType.FLOAT64, shape).plus(-0.5).cast(dtype);
    }

    private Tensor stored(List<Projection> projections) {
        return Tensor.concatenate(
                0,
                projections.stream()
                        .map(each -> weights().load(backend(), each.weightName(), WIDE))
                        .toList());
    }

    @Test
    final void weightsAreTheStoredOnesUpToRounding() {
        each(WIDE, (projections, linear) -> {
            Tensor stored = stored(projections);
            double largest = largest(stored.toDoubles());
            Tensor dense = linear.weight().dense(WIDE);
            assertThat(dense.dtype()).isEqualTo(WIDE);
            assertThat(dense.shape()).isEqualTo(stored.shape());
            assertThat(largest(dense.minus(stored).toDoubles()) / largest)
                    .as("rounding of %s", projections)
                    .isLessThanOrEqualTo(rounding() + 1e-7);
            assertThat(linear.weight().inFeatures()).isEqualTo(stored.size(1));
            assertThat(linear.weight().outFeatures()).isEqualTo(stored.size(0));
            assertThat(linear.projections()).isEqualTo(projections);
        });
    }

    private static double largest(double... values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** Whatever the storage, all products are those with the unpacked weight. */
    @Test
    final void productsAreThoseOfTheUnpackedWeight() {
        for (DType dtype : List.of(DType.FLOAT32, WIDE)) {
            double error = dtype == WIDE ? 1e-9 : 1e-4;
            each(dtype, (projections, linear) -> {
                FrozenWeight weight = linear.weight();
                assertThat(weight.computeDtype()).isEqualTo(dtype);
                Tensor dense = weight.dense(dtype);
                Tensor x = random(1, dtype, ROWS, dense.size(1));
                Tensor dy = random(2, dtype, ROWS, dense.size(0));
                Tensor low = random(3, dtype, ROWS, 2);
                Tensor up = random(4, dtype, 2, dense.size(0));
                Tensor upBack = random(5, dtype, 2, dense.size(1));
                Tensor product = x.matmul(dense.transposed());
                assertClose(weight.multiply(x), product, error);
                assertClose(weight.multiply(x, low, up), product.plus(low.matmul(up)), error);
                Tensor back = dy.matmul(dense);
                assertClose(weight.multiplyBackward(dy), back, error);
                assertClose(weight.multiplyBackward(dy, low, upBack), back.plus(low.matmul(upBack)), error);
            });
        }
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(largest(actual.minus(expected).toDoubles())).isLessThanOrEqualTo(tolerance);
    }

    @Test
    final void theForwardAddsTheBiasAndGoesBack() {
        each(WIDE, (projections, linear) -> {
            Tensor x = random(1, WIDE, ROWS, linear.weight().inFeatures());
            Pass off = new Pass(Tape.off(), SequenceLayout.ofLengths(ROWS), false, 0);
            Tensor expected = linear.weight().multiply(x);
            if (projections.get(0).bias()) {
                expected.addInPlace(
                        Tensor.concatenate(
                                0,
                                projections.stream()
                                        .map(each -> weights().load(backend(), each.biasName(), WIDE))
                                        .toList()),
                        1);
            }
            assertClose(linear.forward(x, off), expected, 1e-9);
            FiniteDifferences.check(
                    backend(),
                    List.of(x),
                    List.of(),
                    (inputs, tape) ->
                            linear.forward(inputs.get(0), new Pass(tape, SequenceLayout.ofLengths(ROWS), true, 0)));
        });
    }

    /** A step uses a weight forward and backward; neither may leave an unpacked one behind. */
    @Test
    final void usingAWeightKeepsNothing() {
        each(DType.FLOAT32, (projections, linear) -> {
            Tensor x = random(1, DType.FLOAT32, ROWS, linear.weight().inFeatures());
            Tensor dy = random(2, DType.FLOAT32, ROWS, linear.weight().outFeatures());
            List<Integer> live = new ArrayList<>();
            for (int time = 0; time < 3; time++) {
                try (TensorScope scope = TensorScope.open()) {
                    linear.weight().multiply(x);
                    linear.weight().multiplyBackward(dy);
                }
                live.add(LeakDetector.liveCount());
            }
            assertThat(live.get(2)).as("live tensors after each use: %s", live).isEqualTo(live.get(0));
        });
    }

    @Test
    final void whatItComputesWithIsWhatItSays() {
        WeightSource computed = component().asComputed(backend(), WIDE, weights());
        each(WIDE, (projections, linear) -> {
            Tensor expected = linear.weight().dense(WIDE);
            Tensor said = Tensor.concatenate(
                    0,
                    projections.stream()
                            .map(each -> computed.load(backend(), each.weightName(), WIDE))
                            .toList());
            assertClose(said, expected, 1e-6);
        });
        assertThat(component().computeDtypes()).contains(DType.FLOAT32);
        for (WeightShape shape : model().weights()) {
            assertThat(computed.has(shape.name())).as(shape.name()).isTrue();
        }
    }
}
