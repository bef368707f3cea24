// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.Embedding;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.nn.Residual;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.RotaryAttention;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.nn.SoftCappedLinear;
import io.tune4j.api.nn.StackedParameter;
import io.tune4j.api.nn.SwiGlu;
import io.tune4j.api.nn.TrainableLinear;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.WeightedLoss;
import io.tune4j.decoder.GeGlu;
import io.tune4j.decoder.HeadNorms;
import io.tune4j.decoder.Scaling;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.autograd.TrainedLinear;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Every vector-Jacobian product of {@code io.tune4j.api.nn} on a backend, against central differences in fp64. */
abstract class VectorJacobianConformance extends BackendTestCase {
    /** Numbers in [-1, 1). */
    private Tensor random(long seed, long... shape) {
        return Tensor.uniform(backend(), seed, DType.FLOAT64, shape).times(2).plus(-1);
    }

    private static Pass pass(Tape tape, SequenceLayout layout) {
        return new Pass(tape, layout, true, 17);
    }

    private static Pass pass(Tape tape) {
        return pass(tape, SequenceLayout.ofLengths());
    }

    private void check(List<Tensor> inputs, FiniteDifferences.Forward forward) {
        FiniteDifferences.check(backend(), inputs, List.of(), forward);
    }

    private FrozenLinear frozenLinear(long seed, int in, int out, boolean bias) {
        return new FrozenLinear(
                List.of(new Projection("projection", in, out, bias)),
                new DenseWeight(random(seed, out, in)),
                bias ? random(seed + 1, out) : null);
    }

    @Test
    final void frozenLinear() {
        for (boolean bias : new boolean[] {false, true}) {
            try (FrozenLinear linear = frozenLinear(1, 5, 7, bias)) {
                check(List.of(random(3, 4, 5)), (x, tape) -> linear.forward(x.get(0), pass(tape)));
            }
        }
    }

    @Test
    final void rmsNorm() {
        try (RmsNorm norm = new RmsNorm(backend(), random(1, 9), 1e-5)) {
            check(List.of(random(2, 6, 9)), (x, tape) -> norm.forward(x.get(0), pass(tape)));
            check(List.of(random(2, 1, 9)), (x, tape) -> norm.forward(x.get(0), pass(tape)));
        }
    }

    /** Norms with trained weights: Llama's w, and Gemma's {@code 1 + w}. */
    @Test
    final void trainedNorms() {
        for (boolean plusOne : new boolean[] {false, true}) {
            Parameter weight = new Parameter("norm", random(1, 9));
            try (RmsNorm norm = new RmsNorm(backend(), trained(weight, plusOne), 1e-5)) {
                for (long rows : new long[] {1, 6}) {
                    FiniteDifferences.check(
                            backend(),
                            List.of(random(2, rows, 9)),
                            List.of(weight),
                            (x, tape) -> norm.forward(x.get(0), pass(tape)));
                }
            }
            weight.close();
        }
    }

    private static ModelWeight trained(Parameter parameter, boolean plusOne) {
        ModelWeight weight = ModelWeight.trained(parameter, DType.FLOAT64);
        return plusOne ? weight.plus(1, DType.FLOAT64) : weight;
    }

    @Test
    final void trainedHeadNorms() {
        AttentionShape shape = new AttentionShape(4, 2, 6);
        for (int heads : new int[] {1, 2}) {
            Parameter queries = new Parameter("queries", random(1, heads == 1 ? 6 : shape.querySize()));
            Parameter keys = new Parameter("keys", random(2, heads == 1 ? 6 : shape.keyValueSize()));
            try (HeadNorms norms =
                    new HeadNorms(backend(), shape, trained(queries, heads == 2), trained(keys, heads == 2), 1e-5)) {
                FiniteDifferences.check(
                        backend(),
                        List.of(random(3, 5, shape.fusedSize())),
                        List.of(queries, keys),
                        (x, tape) -> norms.applyInPlace(x.get(0), pass(tape)));
            }
            queries.close();
            keys.close();
        }
    }

    /** Ids that occur several times, and some that do not. */
    @Test
    final void embedding() {
        for (double factor : new double[] {1, 3}) {
            Parameter table = new Parameter("table", random(1, 7, 4));
            try (Embedding embedding = new Embedding(backend(), trained(table, false), factor)) {
                FiniteDifferences.check(
                        backend(),
                        List.of(),
                        List.of(table),
                        (x, tape) -> embedding.forward(new long[] {3, 0, 3, 6, 3}, pass(tape)));
            }
            table.close();
        }
    }

    /** Three projections side by side, of which the second has no bias, and one alone. */
    @Test
    final void trainedProjections() {
        for (int count : new int[] {1, 3}) {
            Tensor weights = random(1, 3 * count, 5);
            Tensor biases = random(2, 3 * count);
            List<StackedParameter.Part> weightParts = new ArrayList<>();
            List<StackedParameter.Part> biasParts = new ArrayList<>();
            List<Parameter> parameters = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Parameter weight = new Parameter("weight" + i, weights.rows(3L * i, 3));
                parameters.add(weight);
                weightParts.add(new StackedParameter.Part(weight, 3L * i));
                if (i != 1) {
                    Parameter bias = new Parameter("bias" + i, biases.rows(3L * i, 3));
                    parameters.add(bias);
                    biasParts.add(new StackedParameter.Part(bias, 3L * i));
                }
            }
            try (StackedParameter weight = new StackedParameter(weights, weightParts);
                    StackedParameter bias = new StackedParameter(biases, biasParts);
                    Linear linear = new TrainableLinear(weight, bias)) {
                FiniteDifferences.check(
                        backend(),
                        List.of(random(3, 4, 5)),
                        parameters,
                        (x, tape) -> linear.forward(x.get(0), pass(tape)));
            }
            parameters.forEach(Parameter::close);
        }
    }

    /** A head of its own, and one that is the embedding too, with and without a cap of its logits. */
    @Test
    final void trainedHeads() {
        Tensor labels = Tensor.ofLongs(backend(), 3, 0, 6, 6, 1);
        long[] tokens = {0, 3, 3, 6, 2};
        for (double cap : new double[] {0, 0.8}) {
            Parameter weight = new Parameter("head", random(1, 7, 4));
            Linear plain = new TrainableLinear(new StackedParameter(weight), null);
            try (Linear head = cap == 0 ? plain : new SoftCappedLinear(plain, cap);
                    Embedding embedding = new Embedding(backend(), trained(weight, false), 1)) {
                for (long chunkRows : new long[] {1, 2, 100}) {
                    FiniteDifferences.check(
                            backend(),
                            List.of(random(2, 5, 4)),
                            List.of(weight),
                            (x, tape) ->
                                    LinearCrossEntropy.apply(backend(), x.get(0), head, labels, chunkRows, pass(tape)));
                    FiniteDifferences.check(backend(), List.of(), List.of(weight), (x, tape) -> {
                        Tensor hidden = embedding.forward(tokens, pass(tape));
                        return LinearCrossEntropy.apply(backend(), hidden, head, labels, chunkRows, pass(tape));
                    });
                }
            }
            weight.close();
        }
    }

    @Test
    final void rotation() {
        AttentionShape shape = new AttentionShape(4, 2, 6);
        Tensor angles = random(1, 5, 3).times(3);
        Tensor cos = angles.apply(UnaryFunction.COS);
        Tensor sin = angles.apply(UnaryFunction.SIN);
        RotaryAttention attention = new RotaryAttention(backend(), shape);
        check(
                List.of(random(2, 5, shape.fusedSize())),
                (x, tape) -> attention.rotateInPlace(x.get(0), cos, sin, pass(tape)));
    }

    @Test
    final void raggedAttention() {
        List<AttentionShape> shapes = List.of(
                new AttentionShape(4, 2, 4, 3, 0.7, 0),
                new AttentionShape(4, 2, 4, 0, 0.7, 0.8),
                new AttentionShape(2, 1, 4, 2, 0.9, 0.5),
                new AttentionShape(2, 2, 4),
                new AttentionShape(4, 2, 4),
                new AttentionShape(3, 1, 2));
        List<SequenceLayout> layouts =
                List.of(SequenceLayout.ofLengths(1), SequenceLayout.ofLengths(6), SequenceLayout.ofLengths(3, 1, 5, 2));
        for (AttentionShape shape : shapes) {
            for (SequenceLayout layout : layouts) {
                RotaryAttention attention = new RotaryAttention(backend(), shape);
                check(
                        List.of(random(3, layout.rows(), shape.fusedSize())),
                        (x, tape) -> attention.attend(x.get(0), pass(tape, layout)));
            }
        }
    }

    @Test
    final void attentionOverSeveralBlocks() {
        AttentionShape shape = new AttentionShape(2, 1, 2);
        SequenceLayout layout = SequenceLayout.ofLengths(130, 3);
        RotaryAttention attention = new RotaryAttention(backend(), shape);
        check(
                List.of(random(4, layout.rows(), shape.fusedSize())),
                (x, tape) -> attention.attend(x.get(0), pass(tape, layout)));
    }

    @Test
    final void swiGlu() {
        check(List.of(random(1, 4, 10).times(3)), (x, tape) -> SwiGlu.apply(backend(), x.get(0), pass(tape)));
    }

    @Test
    final void geGlu() {
        check(List.of(random(1, 4, 10).times(3)), (x, tape) -> GeGlu.apply(backend(), x.get(0), pass(tape)));
    }

    @Test
    final void scaling() {
        check(List.of(random(1, 4, 5)), (x, tape) -> {
            Tensor sum = Residual.add(x.get(0), x.get(0), pass(tape));
            return Scaling.applyInPlace(sum, 0.3, pass(tape));
        });
    }

    @Test
    final void headNorms() {
        AttentionShape shape = new AttentionShape(4, 2, 6);
        for (int heads : new int[] {1, 2}) {
            int queryWidth = heads == 1 ? 6 : shape.querySize();
            int keyWidth = heads == 1 ? 6 : shape.keyValueSize();
            try (HeadNorms norms = new HeadNorms(backend(), shape, random(1, queryWidth), random(2, keyWidth), 1e-5)) {
                check(List.of(random(3, 5, shape.fusedSize())), (x, tape) -> norms.applyInPlace(x.get(0), pass(tape)));
            }
        }
    }

    @Test
    final void aPartOfAHeadTurns() {
        AttentionShape shape = new AttentionShape(4, 2, 6);
        Tensor angles = random(1, 5, 2).times(3);
        Tensor cos = angles.apply(UnaryFunction.COS);
        Tensor sin = angles.apply(UnaryFunction.SIN);
        RotaryAttention attention = new RotaryAttention(backend(), shape);
        check(
                List.of(random(2, 5, shape.fusedSize())),
                (x, tape) -> attention.rotateInPlace(x.get(0), cos, sin, pass(tape)));
    }

    @Test
    final void crossEntropyOfCappedLogits() {
        Tensor labels = Tensor.ofLongs(backend(), 3, 0, 6, 6, 1);
        for (boolean bias : new boolean[] {false, true}) {
            try (Linear head = new SoftCappedLinear(frozenLinear(1, 4, 7, bias), 0.8)) {
                check(
                        List.of(random(2, 5, 4)),
                        (x, tape) -> LinearCrossEntropy.apply(backend(), x.get(0), head, labels, 2, pass(tape)));
                check(List.of(random(2, 5, 4)), (x, tape) -> head.forward(x.get(0), pass(tape)));
            }
        }
    }

    @Test
    final void residuals() {
        List<Tensor> two = List.of(random(1, 3, 4), random(2, 3, 4));
        check(two, (x, tape) -> Residual.add(x.get(0), x.get(1), pass(tape)));
        check(two, (x, tape) -> Residual.addInPlace(x.get(0), x.get(1), pass(tape)));
        check(two.subList(0, 1), (x, tape) -> Residual.add(x.get(0), x.get(0), pass(tape)));
        // The gradient of x comes from three entries, so it must be summed without touching what others hold.
        check(two.subList(0, 1), (x, tape) -> {
            Tensor doubled = Residual.add(x.get(0), x.get(0), pass(tape));
            Tensor gated = SwiGlu.apply(backend(), Residual.add(doubled, x.get(0), pass(tape)), pass(tape));
            Tensor again = SwiGlu.apply(backend(), x.get(0), pass(tape));
            return Residual.add(gated, again, pass(tape));
        });
    }

    @Test
    final void rowSelection() {
        Tensor rows = Tensor.ofLongs(backend(), 4, 0, 2);
        check(List.of(random(1, 5, 3)), (x, tape) -> RowSelection.apply(x.get(0), rows, pass(tape)));
    }

    @Test
    final void crossEntropyOfAFrozenHead() {
        Tensor labels = Tensor.ofLongs(backend(), 3, 0, 6, 6, 1);
        for (boolean bias : new boolean[] {false, true}) {
            try (FrozenLinear head = frozenLinear(1, 4, 7, bias)) {
                check(
                        List.of(random(2, 5, 4)),
                        (x, tape) -> LinearCrossEntropy.apply(backend(), x.get(0), head, labels, 2, pass(tape)));
            }
        }
    }

    @Test
    final void crossEntropyOfATrainedHead() {
        Tensor labels = Tensor.ofLongs(backend(), 3, 0, 6, 6, 1);
        Parameter weight = new Parameter("head", random(1, 7, 4));
        try (Linear head = new TrainedLinear(weight)) {
            for (long chunkRows : new long[] {1, 2, 5, 100}) {
                FiniteDifferences.check(
                        backend(),
                        List.of(random(2, 5, 4)),
                        List.of(weight),
                        (x, tape) ->
                                LinearCrossEntropy.apply(backend(), x.get(0), head, labels, chunkRows, pass(tape)));
            }
        }
    }

    @Test
    final void lossWithWeights() {
        float[] weights = {1, 0.5f, 1, 0.25f, 0.5f};
        long[] labels = {3, 0, 6, 6, 1};
        long[] rows = {0, 1, 2, 3, 4};
        RaggedBatch batch =
                new RaggedBatch(List.of("x"), new long[6], rows, labels, weights, SequenceLayout.ofLengths(6));
        Loss loss = (kernels, hidden, head, wanted, pass) ->
                LinearCrossEntropy.apply(kernels, hidden, head, wanted, 2, pass);
        try (FrozenLinear head = frozenLinear(1, 4, 7, false);
                Tape off = Tape.off()) {
            Tensor hidden = random(2, 5, 4);
            check(List.of(hidden), (x, tape) -> WeightedLoss.sum(loss, backend(), x.get(0), head, batch, pass(tape)));
            double expected = 0;
            for (int i = 0; i < weights.length; i++) {
                expected += weights[i]
                        * loss.sum(backend(), hidden.rows(i, 1), head, Tensor.ofLongs(backend(), labels[i]), pass(off))
                                .item();
            }
            assertThat(WeightedLoss.sum(loss, backend(), hidden, head, batch, pass(off))
                            .item())
                    .isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    final void aDecoderLayerWithAndWithoutCheckpoint() {
        AttentionShape shape = new AttentionShape(2, 1, 4);
        SequenceLayout layout = SequenceLayout.ofLengths(3, 1, 4);
        RotaryAttention attention = new RotaryAttention(backend(), shape);
        Tensor angles = random(5, layout.rows(), 2);
        Tensor cos = angles.apply(UnaryFunction.COS);
        Tensor sin = angles.apply(UnaryFunction.SIN);
        Parameter weight = new Parameter("qkv", random(6, shape.fusedSize(), 6));
        try (RmsNorm norm = new RmsNorm(backend(), random(7, 6), 1e-5);
                Linear qkv = new TrainedLinear(weight);
                FrozenLinear output = frozenLinear(8, shape.querySize(), 12, true);
                FrozenLinear down = frozenLinear(10, 6, 6, false)) {
            Tape.CheckpointedFunction layer = (x, tape) -> {
                Pass pass = pass(tape, layout);
                Tensor rows = qkv.forward(norm.forward(x, pass), pass);
                Tensor attended = attention.attend(attention.rotateInPlace(rows, cos, sin, pass), pass);
                Tensor gated = SwiGlu.apply(backend(), output.forward(attended, pass), pass);
                return Residual.addInPlace(down.forward(gated, pass), x, pass);
            };
            List<Tensor> inputs = List.of(random(12, layout.rows(), 6));
            FiniteDifferences.Forward plain = (x, tape) -> layer.apply(layer.apply(x.get(0), tape), tape);
            FiniteDifferences.Forward checkpointed =
                    (x, tape) -> tape.checkpoint(tape.checkpoint(x.get(0), layer), layer);
            FiniteDifferences.check(backend(), inputs, List.of(weight), plain);
            FiniteDifferences.check(backend(), inputs, List.of(weight), checkpointed);
            List<double[]> expected = FiniteDifferences.gradients(backend(), inputs, List.of(weight), plain);
            List<double[]> actual = FiniteDifferences.gradients(backend(), inputs, List.of(weight), checkpointed);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).as("bit for bit").isEqualTo(expected.get(i));
            }
            try (Tape tape = Tape.recording()) {
                tape.watch(inputs.get(0));
                checkpointed.apply(inputs, tape);
                assertThat(tape.savedBytes())
                        .as("a checkpoint keeps its input and nothing else")
                        .isEqualTo(2 * inputs.get(0).byteSize());
            }
        }
    }

    /** {@code 3·x²·x} with both factors of the last product remembered, in this order. */
    private static Tensor cube(Tensor x, Tape tape, int[] computed) {
        Tensor square = tape.recall();
        Tensor tripled = tape.recall();
        if (square == null || tripled == null) {
            computed[0]++;
            square = tape.remember(x.times(x));
            tripled = tape.remember(x.times(3));
        }
        Tensor first = square;
        Tensor second = tripled;
        Tensor y = first.times(second);
        if (tape.tracks(x)) {
            // With the roles of the two changed this would be another number.
            tape.record(y, (dy, gradients) -> gradients.add(x, dy.times(first).times(9)), first);
        }
        return y;
    }

    /** The second pass does not compute remembered results, and gets them back in order; with a store too. */
    @Test
    final void whatACheckpointRemembersIsComputedOnce() {
        Tensor x = random(3, 2, 4);
        for (Checkpointing checkpointing : Checkpointing.values()) {
            boolean isSelective = checkpointing == Checkpointing.SELECTIVE;
            for (boolean nested : new boolean[] {false, true}) {
                int[] computed = new int[1];
                Tape.CheckpointedFunction cube = (input, tape) -> cube(input, tape, computed);
                Tape.CheckpointedFunction function = nested
                        ? (input, tape) ->
                                Residual.add(tape.checkpoint(input, cube), cube.apply(input, tape), pass(tape))
                        : cube;
                try (Tape tape = Tape.recording(checkpointing)) {
                    tape.watch(x);
                    Tensor y = tape.checkpoint(x, function);
                    assertThat(tape.savedBytes()).isEqualTo((isSelective ? 3 : 1) * x.byteSize());
                    tape.backward(y, Tensor.full(backend(), 1, x.dtype(), x.shape()));
                    // The nested one is computed in each pass around it, and for its own backward unless that one
                    // remembers.
                    int once = isSelective ? 1 : 2;
                    assertThat(computed[0])
                            .as("%s, nested: %s", checkpointing, nested)
                            .isEqualTo(nested ? 1 + once + once : once);
                    double[] gradient = Objects.requireNonNull(tape.gradient(x)).toDoubles();
                    double[] value = x.toDoubles();
                    for (int i = 0; i < value.length; i++) {
                        double expected = (nested ? 2 : 1) * 9 * value[i] * value[i];
                        assertThat(gradient[i]).isCloseTo(expected, within(1e-12));
                    }
                }
            }
        }
    }

    /** A failed part and an abandoned tape release everything; the leak detector of the kit checks it. */
    @Test
    final void whatIsRememberedInVainIsFreed() {
        Tensor x = random(3, 2, 4);
        int[] computed = new int[1];
        try (Tape tape = Tape.recording(Checkpointing.SELECTIVE)) {
            tape.watch(x);
            tape.checkpoint(x, (input, inner) -> cube(input, inner, computed));
            assertThatThrownBy(() -> tape.checkpoint(x, (input, inner) -> {
                        cube(input, inner, computed);
                        throw new IllegalStateException("given up");
                    }))
                    .hasMessage("given up");
        }
        try (Tape tape = Tape.recording(Checkpointing.SELECTIVE)) {
            tape.watch(x);
            Tensor y = tape.checkpoint(
                    x, (input, inner) -> inner.isReplay() ? input.times(2) : inner.remember(input.times(2)));
            assertThatThrownBy(() -> tape.backward(y, Tensor.full(backend(), 1, x.dtype(), x.shape())))
                    .hasMessageContaining("recalled fewer results than it remembered; 1 are left");
        }
    }
}
