// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TokenChooserTest {
    private static final int DRAWS = 4000;
    /** Probabilities 0.5, 0.3, 0.15, 0.05. */
    private static final double[] PROBABILITIES = {0.3, 0.05, 0.5, 0.15};

    private static float[] logits() {
        float[] logits = new float[PROBABILITIES.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(PROBABILITIES[i]);
        }
        return logits;
    }

    private static int[] counts(Sampling sampling) {
        TokenChooser chooser = new TokenChooser(sampling, new int[0]);
        int[] counts = new int[PROBABILITIES.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[chooser.choose(logits())]++;
        }
        return counts;
    }

    private static Set<Integer> drawn(Sampling sampling) {
        int[] counts = counts(sampling);
        Set<Integer> drawn = new TreeSet<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                drawn.add(i);
            }
        }
        return drawn;
    }

    @Test
    void drawsByTheProbabilities() {
        int[] counts = counts(new Sampling(1, 0, 1, 0, 1, 5));
        for (int i = 0; i < counts.length; i++) {
            assertThat((double) counts[i] / DRAWS).isCloseTo(PROBABILITIES[i], within(0.03));
        }
    }

    @Test
    void aLowTemperatureFavoursTheLikeliest() {
        int[] counts = counts(new Sampling(0.5, 0, 1, 0, 1, 5));
        // 0.25 / (0.25 + 0.09 + 0.0225 + 0.0025)
        assertThat((double) counts[2] / DRAWS).isCloseTo(0.685, within(0.03));
        assertThat(new TokenChooser(Sampling.GREEDY, new int[0]).choose(logits()))
                .isEqualTo(2);
    }

    @Test
    void limitsKeepTheLikeliest() {
        assertThat(drawn(new Sampling(1, 2, 1, 0, 1, 5))).containsExactly(0, 2);
        assertThat(drawn(new Sampling(1, 0, 0.75, 0, 1, 5))).containsExactly(0, 2);
        assertThat(drawn(new Sampling(1, 0, 0.85, 0, 1, 5))).containsExactly(0, 2, 3);
        assertThat(drawn(new Sampling(1, 0, 1e-9, 0, 1, 5))).containsExactly(2);
        assertThat(drawn(new Sampling(1, 0, 1, 0.2, 1, 5))).containsExactly(0, 2, 3);
    }

    @Test
    void aPenaltyIsForTokensOfThePromptAndOfTheAnswer() {
        Sampling sampling = new Sampling(0, 0, 1, 0, 3, 0);
        TokenChooser chooser = new TokenChooser(sampling, new int[] {2});
        assertThat(chooser.choose(logits())).isEqualTo(0);
        assertThat(chooser.choose(logits())).isEqualTo(3);
    }
}
