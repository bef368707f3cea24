// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter.DataStart;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A model with its weights and, if wanted, an adapter. */
public final class Assembled implements AutoCloseable {
    private static final int CHUNK_ROWS = 5;

    /** The most batches that an adapter gets to begin with. */
    private static final int MOST_BATCHES = 4;

    private final Backend backend;
    private final CausalLanguageModel model;
    private final @Nullable SwitchedAdapter adapter;

    private Assembled(Backend backend, CausalLanguageModel model, @Nullable SwitchedAdapter adapter) {
        this.backend = backend;
        this.model = model;
        this.adapter = adapter;
    }

    /** The bare model, whose projections the factory makes. */
    public static Assembled of(
            Backend backend, DType dtype, ModelDefinition definition, WeightSource weights, LinearFactory linears) {
        return new Assembled(backend, definition.build(backend, dtype, weights, linears), null);
    }

    /** The model with an adapter on frozen weights of a format. */
    public static Assembled adapted(
            Backend backend,
            DType dtype,
            ModelDefinition definition,
            WeightSource weights,
            WeightFormat format,
            PeftPlan plan,
            long seed) {
        SwitchedAdapter adapter = SwitchedAdapter.of(plan.attach(backend, dtype, seed));
        try {
            WeightSource changed = adapter.baseChange(format, notice -> {}).apply(weights);
            FrozenLinearFactory frozen = format.factory(backend, dtype, changed);
            CausalLanguageModel model = definition.build(backend, dtype, changed, adapter.decorate(frozen, changed));
            Assembled assembled = new Assembled(backend, model, adapter);
            DataStart start = adapter.dataStart(notice -> {});
            if (start != null) {
                assembled.begin(start, definition, seed);
            }
            return assembled;
        } catch (RuntimeException | AssertionError e) {
            adapter.close();
            throw e;
        }
    }

    /** Gives a method that begins with data a few random batches. */
    private void begin(DataStart start, ModelDefinition definition, long seed) {
        for (int i = 0; i < MOST_BATCHES && start.wantsMore(); i++) {
            RaggedBatch batch = batch(definition, seed + i, 9, 6, 8);
            start.next(batch.labelledRows());
            logits(batch, batch.labelledRows());
        }
        start.finish();
    }

    /**
     * A batch of random tokens, all of them trained.
     *
     * @param lengths of the sequences
     */
    public static RaggedBatch batch(ModelDefinition definition, long seed, int... lengths) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TokenizedSample> samples = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            int[] tokens =
                    random.ints(lengths[i], 0, definition.vocabularySize()).toArray();
            boolean[] trained = new boolean[lengths[i]];
            Arrays.fill(trained, true);
            samples.add(new TokenizedSample("random#" + i, tokens, trained));
        }
        return RaggedBatch.of(samples);
    }

    /**
     * Random samples of which several begin alike, and which differ at the place where a label is: in order a sample, another beginning,
     * the first one's beginning with other tokens after it, and a short one of the same beginning. All tokens are trained.
     */
    public static List<SamplePart> beginningsInCommon(ModelDefinition definition, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] common = random.ints(6, 0, definition.vocabularySize()).toArray();
        int[] sharedRows = {6, 0, 6, 3};
        int[] lengths = {9, 4, 11, 5};
        List<SamplePart> parts = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            int[] tokens =
                    random.ints(lengths[i], 0, definition.vocabularySize()).toArray();
            System.arraycopy(common, 0, tokens, 0, sharedRows[i]);
            boolean[] trained = new boolean[lengths[i]];
            Arrays.fill(trained, true);
            parts.add(SamplePart.whole(new TokenizedSample("alike#" + i, tokens, trained)));
        }
        return parts;
    }

    /** The adapter, which can be turned off. */
    public SwitchedAdapter adapter() {
        return Objects.requireNonNull(adapter);
    }

    public CausalLanguageModel model() {
        return model;
    }

    /** Logits of every row, {@code [T, V]}. */
    public double[] logits(RaggedBatch batch) {
        return logits(batch, LongStream.range(0, batch.tokenCount()).toArray());
    }

    /** Logits of some rows, {@code [N, V]}. */
    public double[] logits(RaggedBatch batch, long[] rows) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0);
            return model.outputHead()
                    .forward(model.hiddenStates(batch, rows, pass, 0), pass)
                    .toDoubles();
        }
    }

    /** The sum of the labelled rows' losses on a tape, a scalar of the scope around. */
    public Tensor loss(RaggedBatch batch, Tape tape, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Pass pass = new Pass(tape, batch.layout(), true, 5);
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
            Tensor labels = Tensor.ofLongs(backend, batch.labels());
            return scope.escape(
                    LinearCrossEntropy.apply(backend, hidden, model.outputHead(), labels, CHUNK_ROWS, pass));
        }
    }

    /** The sum of the losses, whose gradients the parameters hold afterwards. */
    public double lossWithGradients(RaggedBatch batch, int checkpointedLayers) {
        return lossWithGradients(batch, checkpointedLayers, Checkpointing.FULL);
    }

    /** Computes loss and gradients with some layers recomputed. */
    public double lossWithGradients(RaggedBatch batch, int checkpointedLayers, Checkpointing checkpointing) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording(checkpointing, null, () -> {})) {
            Tensor loss = loss(batch, tape, checkpointedLayers);
            tape.backward(loss);
            return loss.item();
        }
    }

    @Override
    public void close() {
        model.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
