// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.nn.RandomKeys;
import java.util.Arrays;
import java.util.BitSet;

/** Chooses the tokens of one answer. A draw depends only on the seed, the position in the answer and the logits. */
final class TokenChooser {
    private final Sampling sampling;
    private final BitSet seen = new BitSet();
    private long draws;

    TokenChooser(Sampling sampling, int[] prompt) {
        this.sampling = sampling;
        if (sampling.repetitionPenalty() != 1) {
            for (int token : prompt) {
                seen.set(token);
            }
        }
    }

    /** The next token; changes the logits. */
    int choose(float[] logits) {
        if (sampling.repetitionPenalty() != 1) {
            float penalty = (float) sampling.repetitionPenalty();
            seen.stream()
                    .filter(token -> token < logits.length)
                    .forEach(token -> logits[token] *= logits[token] > 0 ? 1 / penalty : penalty);
        }
        int token = sampling.temperature() == 0 ? likeliest(logits) : draw(logits);
        seen.set(token);
        draws++;
        return token;
    }

    /** The token with the largest logit; the first if several are equal. */
    static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private int draw(float[] logits) {
        float max = logits[likeliest(logits)];
        double[] weights = new double[logits.length];
        float threshold =
                sampling.topK() > 0 && sampling.topK() < logits.length ? kthLargest(logits) : Float.NEGATIVE_INFINITY;
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] >= threshold) {
                weights[i] = Math.exp((logits[i] - max) / sampling.temperature());
                sum += weights[i];
            }
        }
        if (sampling.topP() < 1) {
            sum = keepNucleus(weights, sum);
        }
        if (sampling.minP() > 0) {
            sum = 0;
            for (int i = 0; i < weights.length; i++) {
                // The likeliest token's weight is 1.
                weights[i] = weights[i] < sampling.minP() ? 0 : weights[i];
                sum += weights[i];
            }
        }
        return pick(weights, sum);
    }

    private float kthLargest(float[] logits) {
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - sampling.topK()];
    }

    /** Keeps the smallest set of the likeliest tokens whose probabilities sum up to topP; returns the sum of their weights. */
    private double keepNucleus(double[] weights, double sum) {
        // Tokens below this have less than 1 - topP together, so that none of them is kept.
        double negligible = sum * (1 - sampling.topP()) / weights.length;
        double[] sorted = Arrays.stream(weights)
                .filter(weight -> weight >= negligible && weight > 0)
                .sorted()
                .toArray();
        double kept = 0;
        int i = sorted.length;
        while (i > 0 && kept < sampling.topP() * sum) {
            kept += sorted[--i];
        }
        double least = sorted[i];
        double rest = 0;
        for (int token = 0; token < weights.length; token++) {
            weights[token] = weights[token] < least ? 0 : weights[token];
            rest += weights[token];
        }
        return rest;
    }

    private int pick(double[] weights, double sum) {
        double uniform = (RandomKeys.derive(sampling.seed(), draws) >>> 11) * 0x1.0p-53;
        double left = uniform * sum;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }
}
