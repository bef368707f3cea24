// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.model;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Computes log-probabilities of a prompt's own tokens in one forward pass, without a cache. */
public final class PromptScorer {
    /** Number of rows whose logits exist at a time. */
    private static final int CHUNK = 32;

    private final CausalLanguageModel model;

    PromptScorer(CausalLanguageModel model) {
        this.model = model;
    }

    /** A token and its natural log-probability. */
    public record Candidate(int id, double logProbability) {}

    /**
     * A token of the prompt.
     *
     * @param likeliest the likeliest tokens at its position, the likeliest first
     */
    public record Place(double logProbability, List<Candidate> likeliest) {
        public Place {
            likeliest = List.copyOf(likeliest);
        }
    }

    /** Returns a place for each token; null for the first, which has no log-probability. */
    List<@Nullable Place> score(int[] prompt, int adapter, int likeliest) {
        List<@Nullable Place> places = new ArrayList<>(prompt.length);
        places.add(null);
        if (prompt.length == 1) {
            return places;
        }
        long[] tokens = Arrays.stream(prompt).asLongStream().toArray();
        RaggedBatch batch = new RaggedBatch(
                List.of("prompt"), tokens, new long[0], new long[0], SequenceLayout.ofLengths(tokens.length));
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0).withAdapters(AdapterRows.all(adapter));
            long[] rows = LongStream.range(0, tokens.length - 1).toArray();
            Tensor hidden = model.hiddenStates(batch, rows, pass, 0);
            for (int start = 0; start < rows.length; start += CHUNK) {
                int count = Math.min(CHUNK, rows.length - start);
                try (TensorScope chunk = TensorScope.open()) {
                    Tensor logits = model.outputHead().forward(hidden.rows(start, count), pass);
                    int width = (int) logits.size(1);
                    float[] values = logits.toFloats();
                    int first = start;
                    places.addAll(IntStream.range(0, count)
                            .parallel()
                            .mapToObj(row -> place(values, row * width, width, prompt[first + row + 1], likeliest))
                            .toList());
                }
            }
        }
        return places;
    }

    private static Place place(float[] logits, int from, int width, int token, int likeliest) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            most = Math.max(most, logits[from + i]);
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(logits[from + i] - most);
        }
        double logSum = most + Math.log(sum);
        Comparator<Integer> byLogit = Comparator.comparingDouble(i -> logits[from + i]);
        PriorityQueue<Integer> best = new PriorityQueue<>(byLogit);
        for (int i = 0; i < width && likeliest > 0; i++) {
            if (best.size() < likeliest) {
                best.add(i);
            } else if (logits[from + i] > logits[from + best.element()]) {
                best.remove();
                best.add(i);
            }
        }
        List<Candidate> candidates = best.stream()
                .sorted(byLogit.reversed())
                .map(i -> new Candidate(i, logits[from + i] - logSum))
                .toList();
        return new Place(logits[from + token] - logSum, candidates);
    }
}
