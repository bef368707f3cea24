// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.generation.GeneratedToken.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Computes log-probabilities from logits. */
final class Likelihoods {
    private Likelihoods() {}

    /** The logarithm of the sum of the exponentials. */
    static double logSum(float[] logits) {
        double max = logits[TokenChooser.likeliest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    /** The {@code count} tokens with the largest logits, the largest first; none if {@code count} is 0 or less. */
    static List<Candidate> likeliest(float[] logits, int count, double logSum) {
        if (count <= 0) {
            return List.of();
        }
        Comparator<Candidate> order = Comparator.comparingDouble(Candidate::logProbability)
                .thenComparing(Candidate::id, Comparator.reverseOrder());
        PriorityQueue<Candidate> best = new PriorityQueue<>(order);
        double least = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            if (best.size() < count || logits[id] > least) {
                best.add(new Candidate(id, logits[id]));
                if (best.size() > count) {
                    best.remove();
                }
                least = best.element().logProbability();
            }
        }
        List<Candidate> result = new ArrayList<>(best);
        result.sort(order.reversed());
        result.replaceAll(each -> new Candidate(each.id(), each.logProbability() - logSum));
        return result;
    }
}
