package com.example.tune4j.evaluate;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.WeightedLoss;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Says how well a model with an adapter predicts a data set's trained tokens: the mean loss and its exponential, the
 * perplexity. The model's parts come by constructor injection, whatever plugin they are from; its own keys are {@code
 * max_samples}, and {@code adapter}, a folder, without which the checkpointer's {@code adapter_checkpoint} is taken or, if
 * there is none, a fresh adapter, which is the base model.
 */
public final class LoraEvaluateSingleDevice implements Recipe {
    private static final int CHUNK_ROWS = 256;

    private final RunConfig config;
    private final ModelPlan plan;
    private final Checkpointer checkpointer;
    private final TokenizerProvider tokenizers;
    private final DatasetProvider datasets;
    private final DType dtype;
    private final Provider<Backend> backends;
    private final Console console;
    private final Cancellation cancellation;

    @Inject
    public LoraEvaluateSingleDevice(
            RunConfig config,
            ModelPlan plan,
            Checkpointer checkpointer,
            TokenizerProvider tokenizers,
            DatasetProvider datasets,
            DType dtype,
            Provider<Backend> backends,
            Console console,
            Cancellation cancellation) {
        this.config = config;
        this.plan = plan;
        this.checkpointer = checkpointer;
        this.tokenizers = tokenizers;
        this.datasets = datasets;
        this.dtype = dtype;
        this.backends = backends;
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Outcome run() {
        Path chosen = config.root().pathOrNull("adapter");
        int limit = config.root().integer("max_samples", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
        // All keys are known now: any other is a mistake, and none is written about later.
        config.root().finish();
        config.problems().throwIfAny();

        console.line("model      " + plan.definition().describe() + ", from " + checkpointer.checkpointDirectory());
        try (Checkpoint base = checkpointer.open();
                Tokenizer tokenizer = tokenizers.open()) {
            CheckpointFit.check(plan.definition(), base, checkpointer.checkpointDirectory());
            Dataset data = datasets.open(tokenizer);
            List<TokenizedSample> samples = data.toList();
            console.line("data       " + samples.size() + " " + data.describe());
            // The application opened it and closes it.
            Backend backend = backends.get();
            CheckpointWeights weights = new CheckpointWeights(base);
            FrozenLinearFactory frozen = plan.weightFormat().factory(backend, dtype, weights);
            if (plan.peft() == null) {
                try (CausalLanguageModel model = plan.definition().build(backend, dtype, weights, frozen)) {
                    return evaluate(backend, model, samples, limit);
                }
            }
            try (Adapter adapter = plan.peft().saved().attach(backend, dtype, 0);
                    CausalLanguageModel model =
                            plan.definition().build(backend, dtype, weights, adapter.decorate(frozen))) {
                Path folder = chosen == null ? checkpointer.adapterCheckpoint() : chosen;
                if (folder != null) {
                    adapter.load(folder);
                }
                console.line("adapter    " + plan.peft().describe() + (folder == null ? ", fresh" : ", from " + folder));
                return evaluate(backend, model, samples, limit);
            }
        }
    }

    private Outcome evaluate(Backend backend, CausalLanguageModel model, List<TokenizedSample> data, int limit) {
        int samples = Math.min(limit, data.size());
        double sum = 0;
        long tokens = 0;
        double weight = 0;
        for (int i = 0; i < samples; i++) {
            if (cancellation.isRequested()) {
                console.line("stopped after " + i + " of " + samples + " samples");
                return Outcome.CANCELLED;
            }
            TokenizedSample sample = data.get(i);
            if (sample.trainedTokens() > 0) {
                RaggedBatch batch = RaggedBatch.of(List.of(sample));
                sum += loss(backend, model, batch);
                tokens += batch.trainedTokens();
                weight += batch.totalWeight();
            }
            console.progress(i + 1, samples, String.format(Locale.ROOT, "loss %.4f", weight == 0 ? 0 : sum / weight));
        }
        if (tokens == 0) {
            throw new UserException("dataset: none of the " + samples + " samples"
                    + " has a token to predict; see its masking options");
        }
        console.line(String.format(
                Locale.ROOT,
                "loss %.4f, perplexity %.3f over %d tokens of %d samples",
                sum / weight,
                Math.exp(sum / weight),
                tokens,
                samples));
        return Outcome.COMPLETED;
    }

    /** The sum of one sample's losses, each times its weight. */
    private static double loss(Backend backend, CausalLanguageModel model, RaggedBatch batch) {
        try (TensorScope scope = TensorScope.open();
                Tape off = Tape.off()) {
            Pass pass = new Pass(off, batch.layout(), false, 0);
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, 0);
            Loss loss = (kernels, rows, head, labels, inner) ->
                    LinearCrossEntropy.apply(kernels, rows, head, labels, CHUNK_ROWS, inner);
            return WeightedLoss.sum(loss, backend, hidden, model.outputHead(), batch, pass)
                    .item();
        }
    }
}
