// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.api.train.PreferenceLoss.Pair;
import io.tune4j.api.train.PreferenceLoss.Value;
import io.tune4j.recipes.training.Objective;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A loss over pairs of answers. Samples 2n and 2n + 1 of a batch are pair n's preferred and rejected answer. Both answers are in one
 * pass, where they share the rows of their prompt if the batch does; the reference is a second pass over the same rows with the adapter
 * off and without a tape. An answer's log-probability is minus the sum of its tokens' cross-entropies, so the output projection is
 * computed once and its gradient with it.
 */
public final class PreferenceObjective implements Objective {
    private final Backend backend;
    private final Loss tokens;
    private final PreferenceLoss loss;
    private final SwitchedAdapter adapter;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private int pairs;

    /**
     * @param tokens cross-entropy, which sums over rows
     * @param adapter of the model, off for the reference
     */
    public PreferenceObjective(Backend backend, Loss tokens, PreferenceLoss loss, SwitchedAdapter adapter) {
        this.backend = backend;
        this.tokens = tokens;
        this.loss = loss;
        this.adapter = adapter;
    }

    @Override
    public Tensor sum(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
        double[] reference = loss.usesReference()
                ? reference(model, batch)
                : new double[batch.ids().size()];
        List<Tensor> sums = answerLosses(model, batch, pass, checkpointedLayers);
        List<Pair> answers = pairs(values(sums), reference, batch);
        List<Value> values = loss.of(answers);
        take(answers, values);
        Tensor total =
                Tensor.full(backend, values.stream().mapToDouble(Value::loss).sum(), DType.FLOAT64);
        if (sums.stream().anyMatch(pass.tape()::tracks)) {
            pass.tape().record(total, (dy, gradients) -> {
                for (int s = 0; s < sums.size(); s++) {
                    Value value = values.get(s / 2);
                    // The tensor is minus the log-probability.
                    double slope = s % 2 == 0 ? -value.chosenGradient() : -value.rejectedGradient();
                    gradients.add(sums.get(s), dy.times(slope).cast(sums.get(s).dtype()));
                }
            });
        }
        return total;
    }

    /** The summed cross-entropy of each sample's labels, minus its log-probability: a scalar for each. */
    private List<Tensor> answerLosses(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
        Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
        List<Tensor> sums = new ArrayList<>();
        for (int s = 0; s < batch.ids().size(); s++) {
            long[] own = labelsOf(batch, s);
            Tensor rows = RowSelection.apply(hidden, Tensor.ofLongs(backend, own), pass);
            long[] labels = new long[own.length];
            for (int i = 0; i < own.length; i++) {
                labels[i] = batch.labels()[(int) own[i]];
            }
            sums.add(tokens.sum(backend, rows, model.outputHead(), Tensor.ofLongs(backend, labels), pass));
        }
        return sums;
    }

    private static long[] labelsOf(RaggedBatch batch, int sample) {
        return IntStream.range(0, batch.trainedTokens())
                .filter(label -> batch.labelSamples()[label] == sample)
                .asLongStream()
                .toArray();
    }

    private double[] reference(CausalLanguageModel model, RaggedBatch batch) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off();
                SwitchedAdapter.Off off = adapter.off()) {
            return values(answerLosses(model, batch, new Pass(tape, batch.layout(), false, 0), 0));
        }
    }

    /** Log-probabilities. */
    private static double[] values(List<Tensor> sums) {
        return sums.stream().mapToDouble(sum -> -sum.item()).toArray();
    }

    private static List<Pair> pairs(double[] policy, double[] reference, RaggedBatch batch) {
        int[] counts = new int[policy.length];
        for (int sample : batch.labelSamples()) {
            counts[sample]++;
        }
        List<Pair> pairs = new ArrayList<>();
        for (int s = 0; s < policy.length; s += 2) {
            pairs.add(new Pair(policy[s], policy[s + 1], reference[s], reference[s + 1], counts[s], counts[s + 1]));
        }
        return pairs;
    }

    private void take(List<Pair> answers, List<Value> values) {
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            pairs++;
            add("rewards/chosen", value.chosenReward());
            add("rewards/rejected", value.rejectedReward());
            add("rewards/accuracies", value.chosenReward() > value.rejectedReward() ? 1 : 0);
            add("rewards/margins", value.chosenReward() - value.rejectedReward());
            add("log_probs/chosen", answers.get(i).chosen());
            add("log_probs/rejected", answers.get(i).rejected());
        }
    }

    private void add(String name, double value) {
        figures.merge(name, value, Double::sum);
    }

    /** The number of pairs. */
    @Override
    public double weight(RaggedBatch batch) {
        return batch.ids().size() / 2.0;
    }

    @Override
    public boolean isPerToken() {
        return false;
    }

    @Override
    public Map<String, Double> takeMetrics() {
        Map<String, Double> means = new LinkedHashMap<>();
        figures.forEach((name, sum) -> means.put(name, sum / pairs));
        figures.clear();
        pairs = 0;
        return means;
    }
}
