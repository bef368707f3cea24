// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.score;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Log-likelihoods of continuations by one forward pass over a ragged batch. What pairs begin with in common, such as the context of a
 * question's choices, is computed once.
 */
public final class LikelihoodScorer {
    /** The least share of tokens that must be saved for rows to be shared. */
    private static final double LEAST_SAVING = 0.02;

    /** Rows whose logits exist at a time. */
    private static final int CHUNK = 32;

    private final CausalLanguageModel model;

    public LikelihoodScorer(CausalLanguageModel model) {
        this.model = model;
    }

    /** A token that is to be predicted, by the row of the sequences as if nothing were shared. */
    private record Label(int pair, int place, int token) {}

    /**
     * Scores some pairs in one pass.
     *
     * @return one for each pair, in their order
     */
    public List<Likelihood> score(List<TokenPair> pairs) {
        List<SamplePart> parts = new ArrayList<>(pairs.size());
        List<Label> labels = new ArrayList<>();
        int place = 0;
        for (int p = 0; p < pairs.size(); p++) {
            TokenPair pair = pairs.get(p);
            int[] tokens = Arrays.copyOf(pair.context(), pair.inputs() + 1);
            System.arraycopy(pair.continuation(), 0, tokens, pair.context().length, pair.continuation().length);
            float[] weights = new float[tokens.length];
            Arrays.fill(weights, pair.context().length, weights.length, 1);
            parts.add(new SamplePart(new TokenizedSample(String.valueOf(p), tokens, weights), 0, pair.inputs()));
            for (int i = 0; i < pair.continuation().length; i++) {
                labels.add(new Label(p, place + pair.context().length - 1 + i, pair.continuation()[i]));
            }
            place += pair.inputs();
        }
        RaggedBatch batch = RaggedBatch.ofPartsSharing(parts, model.sharesRows() ? LEAST_SAVING : 1);
        List<Label> inRows = inOrderOfRows(labels, batch.layout());
        double[] sums = new double[pairs.size()];
        boolean[] greedy = new boolean[pairs.size()];
        Arrays.fill(greedy, true);
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0);
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, 0);
            addUp(hidden, pass, inRows, sums, greedy);
        }
        return IntStream.range(0, sums.length)
                .mapToObj(p -> new Likelihood(sums[p], greedy[p]))
                .toList();
    }

    /** Labels in the order of the batch's labelled rows. */
    private static List<Label> inOrderOfRows(List<Label> labels, SequenceLayout layout) {
        SharedRows sharing = layout.sharing();
        if (sharing == null) {
            return labels;
        }
        long[] rowOf = sharing.rowOf();
        return labels.stream()
                .sorted(Comparator.comparingLong(label -> rowOf[label.place]))
                .toList();
    }

    private void addUp(Tensor hidden, Pass pass, List<Label> labels, double[] sums, boolean[] greedy) {
        for (int start = 0; start < labels.size(); start += CHUNK) {
            int count = Math.min(CHUNK, labels.size() - start);
            try (TensorScope scope = TensorScope.open()) {
                Tensor logits = model.outputHead().forward(hidden.rows(start, count), pass);
                int width = (int) logits.size(1);
                float[] values = logits.toFloats();
                int first = start;
                RowResult[] results = IntStream.range(0, count)
                        .parallel()
                        .mapToObj(row -> RowResult.of(values, row * width, width, labels.get(first + row).token))
                        .toArray(RowResult[]::new);
                for (int row = 0; row < count; row++) {
                    int pair = labels.get(start + row).pair;
                    sums[pair] += results[row].logLikelihood;
                    greedy[pair] &= results[row].likeliest;
                }
            }
        }
    }

    private record RowResult(double logLikelihood, boolean likeliest) {
        /** The log-softmax of one row at a token, summed in fp64. */
        static RowResult of(float[] logits, int from, int width, int token) {
            float most = Float.NEGATIVE_INFINITY;
            int best = 0;
            for (int i = 0; i < width; i++) {
                if (logits[from + i] > most) {
                    most = logits[from + i];
                    best = i;
                }
            }
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += Math.exp((double) logits[from + i] - most);
            }
            return new RowResult(logits[from + token] - most - Math.log(sum), best == token);
        }
    }
}
